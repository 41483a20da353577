package dev.heddle.pipemode.read;

import java.nio.ByteBuffer;

/**
 * Bytes that follow one another in a stream.
 *
 * @param bytes a view, valid until the stream is asked for more; empty only for a piece without any
 * @param endsPiece whether a piece ends here; always false where pieces aren't kept apart
 */
public record Run(ByteBuffer bytes, boolean endsPiece) {}
