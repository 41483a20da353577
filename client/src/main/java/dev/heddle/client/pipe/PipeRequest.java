package dev.heddle.client.pipe;

import dev.heddle.pipemode.channel.ChannelSource;
import dev.heddle.pipemode.channel.PipeChannel;
import dev.heddle.pipemode.frame.PipeFormat;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code heddle pipe} is asked for.
 *
 * @param epochs 1 or more
 * @param fifo what the pipes' names begin with; empty for standard output
 */
public record PipeRequest(
    ChannelSource source,
    PipeChannel.Place place,
    PipeFormat format,
    int epochs,
    Optional<Path> fifo) {}
