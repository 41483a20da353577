package dev.heddle.tests.embedded;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * What Amazon S3 refuses and this server would let through: a part under 5 MiB that is not the
 * last, and a part number above 10,000 (Amazon S3 User Guide, "Multipart upload limits").
 */
final class MultipartLimits extends ForwardingBlobStore {
  private static final long SMALLEST_PART = 5L << 20;
  private static final int HIGHEST_PART_NUMBER = 10_000;

  MultipartLimits(BlobStore store) {
    super(store);
  }

  @Override
  public UploadPartResponse uploadMultipartPart(
      MultipartUpload upload, UploadPartRequest request, InputStream content) {
    int number = request.partNumber();
    if (number < 1 || number > HIGHEST_PART_NUMBER) {
      throw new S3ProxyException(
          S3ErrorCode.INVALID_ARGUMENT,
          "Part number must be an integer between 1 and " + HIGHEST_PART_NUMBER + ", inclusive");
    }
    return super.uploadMultipartPart(upload, request, content);
  }

  @Override
  public CompleteMultipartUploadResponse completeMultipartUpload(
      MultipartUpload upload, CompleteMultipartUploadRequest request) {
    List<CompletedPart> parts = request.multipartUpload().parts();
    Map<Integer, Long> sizes =
        listMultipartUpload(upload).stream()
            .collect(Collectors.toMap(Part::partNumber, Part::size));
    for (CompletedPart part : parts.subList(0, Math.max(0, parts.size() - 1))) {
      Long size = sizes.get(part.partNumber());
      if (size != null && size < SMALLEST_PART) {
        throw new S3ProxyException(
            S3ErrorCode.ENTITY_TOO_SMALL,
            "Your proposed upload is smaller than the minimum allowed size: part "
                + part.partNumber()
                + " has "
                + size
                + " bytes");
      }
    }
    return super.completeMultipartUpload(upload, request);
  }
}
