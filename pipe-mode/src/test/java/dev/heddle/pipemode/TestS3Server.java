package dev.heddle.pipemode;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * An S3 server in this JVM, on a loopback port, in memory. It checks signatures and S3's limits on
 * multipart uploads (parts of 5 MiB or more but for the last, numbers up to 10,000), and fails when
 * it is told to.
 */
public final class TestS3Server implements AutoCloseable {
  private static final long SMALLEST_PART = 5L << 20;

  /** Stopped at once, Jetty forgets a connection that it accepts meanwhile, and leaves it open. */
  private static final long STOP_MILLIS = 100;

  private final String accessKeyId;
  private final String secretAccessKey;
  private final Store store;
  private S3Proxy proxy;
  private int port;

  public TestS3Server() {
    this("test-access-key", "test-secret-key");
  }

  public TestS3Server(String accessKeyId, String secretAccessKey) {
    this.accessKeyId = accessKeyId;
    this.secretAccessKey = secretAccessKey;
    store = new Store(new TransientNio2BlobStore());
    start();
  }

  /** Serves again, on the same port and with the same objects; not to be called while it serves. */
  public void start() {
    try {
      proxy =
          S3Proxy.builder()
              .blobStore(store)
              .endpoint(URI.create("http://127.0.0.1:" + port))
              .awsAuthentication(AuthenticationType.AWS_V4, accessKeyId, secretAccessKey)
              .stopTimeout(STOP_MILLIS)
              .build();
      proxy.start();
      port = proxy.getPort();
    } catch (Exception e) {
      throw new IllegalStateException("the S3 server doesn't start", e);
    }
  }

  /** Refuses connections from now on, and breaks those that are open. */
  public void stop() {
    try {
      proxy.stop();
    } catch (TimeoutException e) {
      // It stopped all the same, and broke what was still open.
      return;
    } catch (Exception e) {
      throw new IllegalStateException("the S3 server doesn't stop", e);
    }
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** With the server's keys, and little patience. */
  public S3Access access() {
    return new S3Access(
        Optional.of(endpoint()),
        "us-east-1",
        true,
        Optional.of(new S3Access.Keys(accessKeyId, secretAccessKey, Optional.empty())),
        Duration.ofSeconds(20));
  }

  public void createBucket(String bucket) {
    store.createContainer(bucket);
  }

  /** Lists so many keys at once, 1,000 at first. */
  public void pageSize(int keys) {
    store.pageSize = keys;
  }

  /** The next so many calls are answered with 503. */
  public void refuse(int calls) {
    store.refusals.set(calls);
  }

  /** Reads of bodies stop after so many bytes until they are let go on. */
  public Stall stallReadsAfter(int bytes) {
    Stall stall = new Stall(bytes);
    store.stall = stall;
    return stall;
  }

  /** The next so many bodies break off after some bytes. */
  public void breakReads(int bodies, int afterBytes) {
    store.breakAfter = afterBytes;
    store.breaks.set(bodies);
  }

  /** How many calls have come so far. */
  public int calls() {
    return store.calls.get();
  }

  @Override
  public void close() {
    store.stall.release();
    stop();
    store.close();
  }

  /** Bodies that are kept back. */
  public static final class Stall {
    private final int afterBytes;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    private Stall(int afterBytes) {
      this.afterBytes = afterBytes;
    }

    /** Waits until a read has come so far. */
    public void awaitReached() throws InterruptedException {
      reached.await();
    }

    public void release() {
      go.countDown();
    }
  }

  private static final class Store extends ForwardingBlobStore {
    private static final Stall NONE = new Stall(Integer.MAX_VALUE);

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger breaks = new AtomicInteger();
    private volatile int breakAfter;
    private volatile int pageSize = 1000;
    private volatile Stall stall = NONE;

    Store(BlobStore store) {
      super(store);
    }

    @Override
    public long getMinimumMultipartPartSize() {
      return SMALLEST_PART;
    }

    private <T> T counted(Supplier<T> call) {
      calls.incrementAndGet();
      if (refusals.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        throw S3Exceptions.fromStatusCode(503);
      }
      return call.get();
    }

    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
      int keys = Math.min(pageSize, request.maxKeys() == null ? 1000 : request.maxKeys());
      return counted(() -> super.list(request.toBuilder().maxKeys(keys).build()));
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
      return counted(() -> super.blobMetadata(request));
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
      return counted(() -> super.putBlob(request, body));
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
        MultipartUpload upload, UploadPartRequest request, InputStream body) {
      return counted(() -> super.uploadMultipartPart(upload, request, body));
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
        MultipartUpload upload, CompleteMultipartUploadRequest request) {
      return counted(() -> super.completeMultipartUpload(upload, request));
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
      ResponseInputStream<GetObjectResponse> body = counted(() -> super.getBlob(request));
      Function<InputStream, InputStream> fault =
          breaks.getAndUpdate(n -> Math.max(0, n - 1)) > 0
              ? in -> new FaultyStream(in, NONE, breakAfter)
              : in -> new FaultyStream(in, stall, Integer.MAX_VALUE);
      return new ResponseInputStream<>(body.response(), fault.apply(body));
    }
  }

  /** Keeps back, or breaks off, what comes after some bytes. */
  private static final class FaultyStream extends FilterInputStream {
    private final Stall stall;
    private final int breakAfter;
    private int count;

    FaultyStream(InputStream in, Stall stall, int breakAfter) {
      super(in);
      this.stall = stall;
      this.breakAfter = breakAfter;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (count >= breakAfter) {
        throw new IOException("broken off as asked for");
      }
      if (count >= stall.afterBytes) {
        stall.reached.countDown();
        try {
          stall.go.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("the server ends", e);
        }
      }
      int most = Math.min(length, Math.min(breakAfter, stall.afterBytes) - count);
      int n = in.read(into, offset, most > 0 ? most : length);
      count += Math.max(0, n);
      return n;
    }
  }
}
