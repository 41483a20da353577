package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.S3Access;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointParams;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointProvider;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Makes GetObject requests as the SDK would, with its own rules for addresses, its credentials and
 * its signatures (version 4), but without its pipeline.
 */
final class SignedGet {
  private final S3Access access;
  private final AwsCredentialsProvider credentials;
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final S3EndpointProvider endpoints = S3EndpointProvider.defaultProvider();
  // Where each bucket is; asking the rules takes longer than a small object's transfer.
  private final Map<String, URI> buckets = new ConcurrentHashMap<>();

  SignedGet(S3Access access, AwsCredentialsProvider credentials) {
    this.access = access;
    this.credentials = credentials;
  }

  /**
   * @throws SdkException when there are no credentials or the bucket has no address
   */
  SdkHttpRequest of(ObjectInfo object, long offset, long length) throws IOException {
    URI bucket = buckets.computeIfAbsent(object.uri().bucket(), this::resolve);
    String path = bucket.getRawPath();
    String key = SdkHttpUtils.urlEncodeIgnoreSlashes(object.uri().key());
    SdkHttpFullRequest.Builder request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.GET)
            .uri(bucket)
            .encodedPath(path == null || path.isEmpty() ? "/" + key : path + "/" + key)
            .putHeader("Range", "bytes=" + offset + "-" + (offset + length - 1));
    if (!object.etag().isEmpty()) {
      request.putHeader("If-Match", object.etag());
    }
    SdkHttpFullRequest unsigned = request.build();
    return signer
        .sign(
            sign ->
                sign.identity(credentials.resolveCredentials())
                    .request(unsigned)
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, access.region())
                    .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                    .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false))
        .request();
  }

  private URI resolve(String bucket) {
    S3EndpointParams.Builder rules =
        S3EndpointParams.builder()
            .bucket(bucket)
            .region(Region.of(access.region()))
            .forcePathStyle(access.pathStyle())
            .disableS3ExpressSessionAuth(true);
    access.endpoint().ifPresent(endpoint -> rules.endpoint(endpoint.toString()));
    return endpoints.resolveEndpoint(rules.build()).join().url();
  }
}
