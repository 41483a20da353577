package dev.heddle.pipemode;

/**
 * The share of one multipart upload that one host may write.
 *
 * @param object where the whole upload will appear
 * @param uploadId S3's identifier of the upload
 * @param firstPart the lowest part number that is this host's, 1 or more
 * @param lastPart the highest one, 10,000 or less
 * @param partSize bytes of every part but the last, 5 MiB or more
 */
public record MultipartTarget(
    ObjectUri object, String uploadId, int firstPart, int lastPart, int partSize) {}
