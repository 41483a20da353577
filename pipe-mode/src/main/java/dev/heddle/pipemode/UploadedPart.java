package dev.heddle.pipemode;

/**
 * One part of a multipart upload that S3 has acknowledged.
 *
 * @param number 1 to 10,000
 * @param etag as S3 returned it
 * @param size bytes
 */
public record UploadedPart(int number, String etag, long size) {}
