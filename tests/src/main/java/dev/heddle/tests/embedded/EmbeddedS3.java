package dev.heddle.tests.embedded;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * An S3 server of this JVM on the loopback interface that refuses what Amazon S3 refuses: requests
 * that aren't signed (signature version 4) with its key, made anew at each start, and multipart
 * uploads outside the service's limits. The methods that put and get objects go past HTTP.
 */
public final class EmbeddedS3 implements AutoCloseable {
  private static final String REGION = "us-east-1";
  private static final String LOOPBACK = "http://127.0.0.1:";

  private final BlobStore store;
  private final String accessKeyId;
  private final String secretAccessKey;
  private S3Proxy server;
  private int port;

  private EmbeddedS3(BlobStore store) {
    this.store = new MultipartLimits(store);
    SecureRandom random = new SecureRandom();
    this.accessKeyId = "HEDDLE" + hex(random, 7).toUpperCase(Locale.ROOT);
    this.secretAccessKey = hex(random, 20);
  }

  private static String hex(SecureRandom random, int bytes) {
    byte[] some = new byte[bytes];
    random.nextBytes(some);
    return HexFormat.of().formatHex(some);
  }

  /**
   * Starts a server on a free port.
   *
   * @param directory keeps the objects, one directory a bucket; empty: they live in memory
   * @throws IOException when the directory can't be made or no port be bound
   */
  public static EmbeddedS3 start(Optional<Path> directory) throws IOException {
    BlobStore store;
    if (directory.isPresent()) {
      store = new FilesystemNio2BlobStore(Files.createDirectories(directory.get()).toString());
    } else {
      store = new TransientNio2BlobStore();
    }
    EmbeddedS3 s3 = new EmbeddedS3(store);
    s3.comeBack();
    return s3;
  }

  /** Starts to answer again, on the port it had. */
  public synchronized void comeBack() throws IOException {
    if (server != null) {
      return;
    }
    S3Proxy next =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create(LOOPBACK + port))
            .awsAuthentication(AuthenticationType.AWS_V4, accessKeyId, secretAccessKey)
            .stopTimeout(0)
            .build();
    try {
      next.start();
    } catch (Exception e) {
      throw new IOException("the embedded S3 server did not start: " + e.getMessage(), e);
    }
    server = next;
    port = next.getPort();
  }

  /** Stops to answer: new connections are refused, and open ones broken off. */
  public synchronized void goAway() throws IOException {
    if (server == null) {
      return;
    }
    S3Proxy last = server;
    server = null;
    try {
      last.stop();
    } catch (Exception e) {
      throw new IOException("the embedded S3 server did not stop: " + e.getMessage(), e);
    }
  }

  public synchronized URI endpoint() {
    return URI.create(LOOPBACK + port);
  }

  public String region() {
    return REGION;
  }

  public String accessKeyId() {
    return accessKeyId;
  }

  public String secretAccessKey() {
    return secretAccessKey;
  }

  /** What a client's environment must hold to reach this server (names of the AWS SDKs). */
  public Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("AWS_ENDPOINT_URL_S3", endpoint().toString());
    environment.put("AWS_ACCESS_KEY_ID", accessKeyId);
    environment.put("AWS_SECRET_ACCESS_KEY", secretAccessKey);
    environment.put("AWS_REGION", REGION);
    return environment;
  }

  /** Makes the bucket unless it is there. */
  public void createBucket(String bucket) {
    if (!store.containerExists(bucket)) {
      store.createContainer(bucket);
    }
  }

  public void put(String bucket, String key, byte[] content) {
    store.putBlob(
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .contentLength((long) content.length)
            .build(),
        new ByteArrayInputStream(content));
  }

  /** Empty when there is no such object. */
  public Optional<byte[]> get(String bucket, String key) throws IOException {
    try (InputStream content = store.getBlob(bucket, key)) {
      return content == null ? Optional.empty() : Optional.of(content.readAllBytes());
    } catch (NoSuchKeyException e) {
      return Optional.empty();
    }
  }

  public void delete(String bucket, String key) {
    store.removeBlob(bucket, key);
  }

  /** All keys with the prefix, in order. */
  public List<String> keys(String bucket, String prefix) {
    List<String> keys = new ArrayList<>();
    String token = null;
    do {
      ListObjectsV2Response page =
          store.list(
              ListObjectsV2Request.builder()
                  .bucket(bucket)
                  .prefix(prefix)
                  .continuationToken(token)
                  .build());
      page.contents().stream().map(S3Object::key).forEach(keys::add);
      token = page.nextContinuationToken();
    } while (token != null);
    return keys;
  }

  /** The keys of the multipart uploads that are neither completed nor aborted. */
  public List<String> unfinishedUploads(String bucket) {
    return store.listMultipartUploads(bucket).stream().map(upload -> upload.key()).toList();
  }

  @Override
  public void close() throws IOException {
    goAway();
    store.close();
  }
}
