package dev.heddle.pipemode.feed;

/**
 * How a channel's flow stands.
 *
 * @param channel its name
 * @param epoch the epoch that flows or is waited for, from 0
 * @param open whether the algorithm has that epoch's pipe open
 * @param bytes that went into that epoch's pipe
 * @param objects that went whole into that epoch's pipe
 * @param totalBytes that went into all pipes of the channel
 * @param storedBytes whose data went into all pipes: before decompression, without framing
 * @param bytesPerSecond the rate of that epoch since its pipe was opened; before, the former
 *     epoch's; 0 when nothing has flowed
 * @param dataWaitNanos how long, in all epochs, the algorithm's open pipe waited for data
 * @param readerWaitNanos how long, in all epochs, data waited for the algorithm to read
 */
public record FeedStatus(
    String channel,
    int epoch,
    boolean open,
    long bytes,
    long objects,
    long totalBytes,
    long storedBytes,
    double bytesPerSecond,
    long dataWaitNanos,
    long readerWaitNanos) {}
