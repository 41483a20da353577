package dev.heddle.containerlauncher.protocol;

/**
 * A client's wish to read an algorithm's log while it is written.
 *
 * @param number identifies the wish until it is answered
 * @param stream {@code stdout} or {@code stderr}
 * @param offset the first byte wanted
 * @param maxBytes at most so many, 1 MiB or less
 */
public record LogRequest(long number, String stream, long offset, int maxBytes) {}
