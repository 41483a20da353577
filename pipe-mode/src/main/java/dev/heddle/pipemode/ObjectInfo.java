package dev.heddle.pipemode;

/**
 * One stored object as a listing or a HEAD told it.
 *
 * @param size bytes, 0 or more
 * @param etag the entity tag with its quotes as S3 sends it; never null
 */
public record ObjectInfo(ObjectUri uri, long size, String etag) {}
