package dev.heddle.containerlauncher.protocol;

/**
 * A piece of a log that a client asked for.
 *
 * @param request the number of the {@link LogRequest} this answers
 * @param offset where the bytes stand in the file
 * @param bytes empty when nothing stands there yet
 * @param length the file's length when it was read
 */
@SuppressWarnings("ArrayRecordComponent") // carried once from a file to the wire, never compared
public record LogChunk(long request, long offset, byte[] bytes, long length) {}
