package dev.heddle.containerlauncher.protocol;

/**
 * How one Pipe channel flows on one host.
 *
 * @param channel its name
 * @param epoch the epoch that flows or is waited for, from 0
 * @param open whether the algorithm has that epoch's pipe open
 * @param bytes that went into that epoch's pipe
 * @param objects that went whole into that epoch's pipe
 * @param totalBytes that went into all pipes of the channel
 * @param bytesPerSecond of that epoch while it flows, else of the one before
 * @param dataWaitMillis how long, in all epochs, the algorithm waited for data
 * @param readerWaitMillis how long, in all epochs, data waited for the algorithm
 */
public record ChannelFlow(
    String channel,
    int epoch,
    boolean open,
    long bytes,
    long objects,
    long totalBytes,
    double bytesPerSecond,
    long dataWaitMillis,
    long readerWaitMillis) {}
