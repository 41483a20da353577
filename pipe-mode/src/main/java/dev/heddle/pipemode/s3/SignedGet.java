package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.S3Access;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointParams;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointProvider;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Makes GetObject requests with the SDK's rules for addresses and its credentials, but without its
 * pipeline.
 */
final class SignedGet {
  /**
   * A request ready to send.
   *
   * @param head with the empty line at its end
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Get(Connection.Origin origin, byte[] head) {}

  /**
   * Where a bucket is.
   *
   * @param path what its keys' paths begin with; no slash at its end
   */
  private record Place(Connection.Origin origin, String host, String path) {}

  private final S3Access access;
  private final AwsCredentialsProvider credentials;
  private final SignatureV4 signature;
  private final S3EndpointProvider endpoints = S3EndpointProvider.defaultProvider();
  // Asking the rules takes longer than a small object's transfer.
  private final Map<String, Place> buckets = new ConcurrentHashMap<>();

  SignedGet(S3Access access, AwsCredentialsProvider credentials, InstantSource clock) {
    this.access = access;
    this.credentials = credentials;
    this.signature = new SignatureV4(access.region(), clock);
  }

  /** Whether requests for a bucket can be made here; access points need other signatures. */
  static boolean knows(String bucket) {
    return !bucket.startsWith("arn:");
  }

  /**
   * @param length 1 or more
   * @throws SdkException when there are no credentials or the bucket has no address
   */
  Get of(ObjectInfo object, long offset, long length) {
    Place place = buckets.computeIfAbsent(object.uri().bucket(), this::resolve);
    String path = place.path() + "/" + SdkHttpUtils.urlEncodeIgnoreSlashes(object.uri().key());
    SortedMap<String, String> headers = new TreeMap<>();
    headers.put("host", place.host());
    headers.put("range", "bytes=" + offset + "-" + (offset + length - 1));
    if (!object.etag().isEmpty()) {
      headers.put("if-match", object.etag());
    }
    signature.sign(path, headers, credentials.resolveCredentials());
    StringBuilder head = new StringBuilder(1024);
    head.append("GET ").append(path).append(" HTTP/1.1\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("user-agent: heddle\r\n\r\n");
    return new Get(place.origin(), head.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private Place resolve(String bucket) {
    S3EndpointParams.Builder rules =
        S3EndpointParams.builder()
            .bucket(bucket)
            .region(Region.of(access.region()))
            .forcePathStyle(access.pathStyle())
            .disableS3ExpressSessionAuth(true);
    access.endpoint().ifPresent(endpoint -> rules.endpoint(endpoint.toString()));
    URI url = endpoints.resolveEndpoint(rules.build()).join().url();
    boolean tls = "https".equals(url.getScheme());
    int standard = tls ? 443 : 80;
    int port = url.getPort() < 0 ? standard : url.getPort();
    String path = url.getRawPath() == null ? "" : url.getRawPath().replaceFirst("/+$", "");
    return new Place(
        new Connection.Origin(tls, url.getHost(), port),
        port == standard ? url.getHost() : url.getHost() + ":" + port,
        path);
  }
}
