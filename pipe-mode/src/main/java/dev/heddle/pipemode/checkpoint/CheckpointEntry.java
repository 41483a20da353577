package dev.heddle.pipemode.checkpoint;

/**
 * One object of a job's checkpoints, as a listing told it.
 *
 * @param name the key relative to the checkpoints' folder, with slashes; never null or empty
 * @param size bytes, 0 or more
 * @param etag the entity tag with its quotes; never null, empty where the server doesn't say
 */
public record CheckpointEntry(String name, long size, String etag) {}
