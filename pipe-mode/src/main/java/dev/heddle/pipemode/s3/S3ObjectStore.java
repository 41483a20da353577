package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.UploadedPart;
import dev.heddle.pipemode.retry.Attempts;
import dev.heddle.pipemode.retry.ResumedStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * Amazon S3, or a server that speaks its protocol. A call that fails for passing reasons (no
 * connection, a time-out, HTTP 5xx, throttling) is tried again for {@link S3Access#retryFor}; other
 * answers are final at once. An interrupt ends a call at once with an {@link ObjectStoreException},
 * and the interrupt flag stays set.
 */
public final class S3ObjectStore implements ObjectStore {
  private static final Logger LOG = LogManager.getLogger(S3ObjectStore.class);
  private static final String OCTETS = "application/octet-stream";

  private final Supplier<S3Transport> maker;
  private final Optional<String> kmsKeyId;
  private final Retry retry;
  private final Object making = new Object();
  private volatile S3Transport transport;
  private volatile boolean closed;

  S3ObjectStore(Supplier<S3Transport> maker, Optional<String> kmsKeyId, Retry retry) {
    this.maker = maker;
    this.kmsKeyId = kmsKeyId;
    this.retry = retry;
  }

  /** Connects nothing yet: the client is made by the first call. */
  public static S3ObjectStore open(S3Access access) {
    return open(access, Optional.empty());
  }

  /**
   * @param kmsKeyId what objects that are written are encrypted with (SageMaker's {@code
   *     OutputDataConfig.KmsKeyId}); empty for the bucket's default
   */
  public static S3ObjectStore open(S3Access access, Optional<String> kmsKeyId) {
    return new S3ObjectStore(
        () -> S3Clients.open(access), kmsKeyId, new Retry(access.retryFor(), Retry.Timing.REAL));
  }

  private S3Client client() throws ObjectStoreException {
    return transport().sdk();
  }

  private S3Transport transport() throws ObjectStoreException {
    S3Transport made = transport;
    if (made == null || closed) {
      synchronized (making) {
        if (closed) {
          throw new ObjectStoreException(
              Kind.REFUSED, "The connection to S3 has been closed.", null);
        }
        if (transport == null) {
          transport = maker.get();
        }
        made = transport;
      }
    }
    return made;
  }

  @Override
  public void prepare() throws ObjectStoreException {
    transport();
  }

  @Override
  public void list(ObjectUri prefix, Consumer<ObjectInfo> each) throws ObjectStoreException {
    String token = null;
    do {
      String from = token;
      ListObjectsV2Response page =
          retry.call(
              "list " + prefix,
              () ->
                  client()
                      .listObjectsV2(
                          request ->
                              request
                                  .bucket(prefix.bucket())
                                  .prefix(prefix.key())
                                  // Keys may hold what XML can't; the SDK decodes them again.
                                  .encodingType(EncodingType.URL)
                                  .continuationToken(from)));
      for (S3Object object : page.contents()) {
        each.accept(
            new ObjectInfo(prefix.withKey(object.key()), object.size(), quoted(object.eTag())));
      }
      token = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
    } while (token != null);
  }

  @Override
  public Optional<ObjectInfo> head(ObjectUri object) throws ObjectStoreException {
    try {
      HeadObjectResponse head =
          retry.call(
              "read " + object,
              () ->
                  client()
                      .headObject(request -> request.bucket(object.bucket()).key(object.key())));
      if (head.contentLength() == null) {
        throw new ObjectStoreException(
            Kind.REFUSED,
            "Could not read " + object + ": the server doesn't say how long it is.",
            null);
      }
      return Optional.of(new ObjectInfo(object, head.contentLength(), quoted(head.eTag())));
    } catch (ObjectStoreException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The stream goes on by itself after a passing failure. */
  @Override
  public InputStream open(ObjectInfo object, long offset, long length) throws ObjectStoreException {
    if (offset < 0 || length < 0 || offset > object.size() - length) {
      throw new IllegalArgumentException(
          "no bytes " + offset + " to " + (offset + length - 1) + " in " + object);
    }
    if (length == 0 && object.size() > 0) {
      return InputStream.nullInputStream();
    }
    String doing = "read " + object.uri();
    return new ResumedStream<>(
        new ResumedStream.Source<ResponseInputStream<GetObjectResponse>>() {
          @Override
          public ResponseInputStream<GetObjectResponse> open(long from, long bytes)
              throws IOException {
            return get(object, from, bytes);
          }

          @Override
          public void abandon(ResponseInputStream<GetObjectResponse> body) {
            body.abort();
          }
        },
        retry.attempts(doing),
        offset,
        length);
  }

  @Override
  public void read(ObjectInfo object, long offset, ByteBuffer into, Arrival arrival)
      throws ObjectStoreException {
    Optional<RangeReader> ranges = transport().ranges();
    if (ranges.isEmpty() || !SignedGet.knows(object.uri().bucket())) {
      ObjectStore.super.read(object, offset, into, arrival);
    } else if (into.hasRemaining()) {
      ranges.get().read(object, offset, into, arrival, retry.attempts("read " + object.uri()));
    }
  }

  @Override
  public void copy(ObjectInfo object, long offset, long length, ByteBuffer through, Sink sink)
      throws IOException {
    Optional<RangeReader> ranges = transport().ranges();
    if (ranges.isEmpty() || length == 0) {
      ObjectStore.super.copy(object, offset, length, through, sink);
    } else {
      Attempts attempts = retry.attempts("read " + object.uri());
      ranges.get().copy(object, offset, length, through, sink, attempts);
    }
  }

  private ResponseInputStream<GetObjectResponse> get(ObjectInfo object, long offset, long length)
      throws IOException {
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(object.uri().bucket()).key(object.uri().key());
    if (!object.etag().isEmpty()) {
      request.ifMatch(object.etag());
    }
    if (length > 0) {
      // An empty object has no range that could be asked for.
      request.range("bytes=" + offset + "-" + (offset + length - 1));
    }
    ResponseInputStream<GetObjectResponse> body = client().getObject(request.build());
    Long sent = body.response().contentLength();
    if (sent == null || sent != length) {
      body.abort();
      throw new ObjectStoreException(
          Kind.REFUSED,
          "Could not read "
              + object.uri()
              + ": "
              + length
              + " bytes were asked for and the server sends "
              + sent
              + ".",
          null);
    }
    return body;
  }

  @Override
  public String put(ObjectUri object, ByteBuffer body) throws ObjectStoreException {
    return put(object, bytes(body));
  }

  @Override
  public void putFile(ObjectUri object, Path file) throws ObjectStoreException {
    new FileUpload(this).run(object, file);
  }

  String put(ObjectUri object, RequestBody body) throws ObjectStoreException {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder().bucket(object.bucket()).key(object.key());
    kmsKeyId.ifPresent(
        key -> request.serverSideEncryption(ServerSideEncryption.AWS_KMS).ssekmsKeyId(key));
    return quoted(
        retry.call("write " + object, () -> client().putObject(request.build(), body)).eTag());
  }

  @Override
  public void delete(ObjectUri object) throws ObjectStoreException {
    unlessGone(
        () ->
            retry.call(
                "delete " + object,
                () ->
                    client()
                        .deleteObject(
                            request -> request.bucket(object.bucket()).key(object.key()))));
  }

  @Override
  public String createMultipart(ObjectUri object) throws ObjectStoreException {
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder().bucket(object.bucket()).key(object.key());
    kmsKeyId.ifPresent(
        key -> request.serverSideEncryption(ServerSideEncryption.AWS_KMS).ssekmsKeyId(key));
    AtomicInteger tries = new AtomicInteger();
    String id =
        retry
            .call(
                "write " + object,
                () -> {
                  tries.incrementAndGet();
                  return client().createMultipartUpload(request.build());
                })
            .uploadId();
    if (tries.get() > 1) {
      abortOthers(object, id);
    }
    return id;
  }

  /** A try that failed may have begun an upload all the same, of which only the answer was lost. */
  private void abortOthers(ObjectUri object, String known) {
    try {
      for (String id : openMultiparts(object)) {
        if (!id.equals(known)) {
          abortMultipart(object, id);
        }
      }
    } catch (ObjectStoreException e) {
      // Who may write need not be allowed to list uploads.
      LOG.warn("An unfinished upload of {} may remain: {}", object, e.getMessage());
    }
  }

  @Override
  public UploadedPart uploadPart(ObjectUri object, String uploadId, int number, ByteBuffer body)
      throws ObjectStoreException {
    return uploadPart(object, uploadId, number, bytes(body), body.remaining());
  }

  UploadedPart uploadPart(
      ObjectUri object, String uploadId, int number, RequestBody body, long size)
      throws ObjectStoreException {
    String etag =
        retry
            .call(
                "write part " + number + " of " + object,
                () ->
                    client()
                        .uploadPart(
                            request ->
                                request
                                    .bucket(object.bucket())
                                    .key(object.key())
                                    .uploadId(uploadId)
                                    .partNumber(number),
                            body))
            .eTag();
    return new UploadedPart(number, etag, size);
  }

  @Override
  public String completeMultipart(ObjectUri object, String uploadId, List<UploadedPart> parts)
      throws ObjectStoreException {
    List<CompletedPart> completed = new ArrayList<>(parts.size());
    long size = 0;
    for (UploadedPart part : parts) {
      completed.add(CompletedPart.builder().partNumber(part.number()).eTag(part.etag()).build());
      size += part.size();
    }
    Attempts attempts = retry.attempts("complete " + object);
    while (true) {
      try {
        return quoted(
            client()
                .completeMultipartUpload(
                    request ->
                        request
                            .bucket(object.bucket())
                            .key(object.key())
                            .uploadId(uploadId)
                            .multipartUpload(upload -> upload.parts(completed)))
                .eTag());
      } catch (SdkException e) {
        // An answer that was lost leaves the object complete and the upload unknown.
        if (attempts.failures() > 0 && isNoSuchUpload(e)) {
          Optional<ObjectInfo> whole = ofSize(object, size);
          if (whole.isPresent()) {
            return whole.get().etag();
          }
        }
        attempts.failed(e);
      }
    }
  }

  private static boolean isNoSuchUpload(SdkException failure) {
    return failure instanceof S3Exception e && Faults.code(e).equals("NoSuchUpload");
  }

  private Optional<ObjectInfo> ofSize(ObjectUri object, long size) throws ObjectStoreException {
    return head(object).filter(info -> info.size() == size);
  }

  @Override
  public List<String> openMultiparts(ObjectUri object) throws ObjectStoreException {
    // One page: uploads of other keys that begin like this one are few.
    return retry
        .call(
            "list the uploads of " + object,
            () ->
                client()
                    .listMultipartUploads(
                        request -> request.bucket(object.bucket()).prefix(object.key())))
        .uploads()
        .stream()
        .filter(upload -> upload.key().equals(object.key()))
        .map(MultipartUpload::uploadId)
        .toList();
  }

  @Override
  public void abortMultipart(ObjectUri object, String uploadId) throws ObjectStoreException {
    abortMultipart(object, uploadId, retry);
  }

  /** Tries to give an upload up a single time, for those who have failed already. */
  void abortMultipartOnce(ObjectUri object, String uploadId) throws ObjectStoreException {
    abortMultipart(object, uploadId, retry.once());
  }

  private void abortMultipart(ObjectUri object, String uploadId, Retry how)
      throws ObjectStoreException {
    unlessGone(
        () ->
            how.call(
                "give up the upload of " + object,
                () ->
                    client()
                        .abortMultipartUpload(
                            request ->
                                request
                                    .bucket(object.bucket())
                                    .key(object.key())
                                    .uploadId(uploadId))));
  }

  /** Something that a missing object or upload makes needless. */
  @FunctionalInterface
  private interface Removal {
    void run() throws ObjectStoreException;
  }

  private static void unlessGone(Removal removal) throws ObjectStoreException {
    try {
      removal.run();
    } catch (ObjectStoreException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
    }
  }

  private static RequestBody bytes(ByteBuffer body) {
    ByteBuffer whole = body.slice();
    return RequestBody.fromContentProvider(
        () -> new BufferStream(whole.duplicate()), whole.remaining(), OCTETS);
  }

  /** Listings of some servers leave out the quotes that belong to a tag. */
  private static String quoted(String etag) {
    if (etag == null || etag.isEmpty()) {
      return "";
    }
    return etag.startsWith("\"") || etag.startsWith("W/") ? etag : "\"" + etag + "\"";
  }

  @Override
  public void close() {
    synchronized (making) {
      closed = true;
      if (transport != null) {
        transport.close();
      }
    }
  }
}
