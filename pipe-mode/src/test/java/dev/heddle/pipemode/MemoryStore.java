package dev.heddle.pipemode;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** An object store in a map, with S3's order and its limits on parts. */
public class MemoryStore implements ObjectStore {
  private static final int SMALLEST_PART = 5 << 20;

  private final TreeMap<byte[], byte[]> objects = new TreeMap<>(Arrays::compareUnsigned);
  private final Map<String, TreeMap<Integer, byte[]>> uploads = new HashMap<>();
  private final AtomicInteger uploadCount = new AtomicInteger();

  private static byte[] key(ObjectUri uri) {
    return uri.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectInfo info(ObjectUri uri, byte[] body) {
    return new ObjectInfo(uri, body.length, "\"h" + Arrays.hashCode(body) + "\"");
  }

  private static byte[] copy(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    return bytes;
  }

  public synchronized byte[] bytes(ObjectUri uri) {
    return objects.get(key(uri));
  }

  public synchronized int count() {
    return objects.size();
  }

  private final Map<String, ObjectUri> uploaded = new HashMap<>();

  /** Multipart uploads that are neither complete nor given up. */
  public synchronized int uploadsLeftOpen() {
    return uploads.size();
  }

  public void put(String uri, String body) {
    put(ObjectUri.parse(uri), ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public synchronized void list(ObjectUri prefix, Consumer<ObjectInfo> each)
      throws ObjectStoreException {
    String start = prefix.toString();
    objects.forEach(
        (key, body) -> {
          String uri = new String(key, StandardCharsets.UTF_8);
          if (uri.startsWith(start)) {
            each.accept(info(ObjectUri.parse(uri), body));
          }
        });
  }

  @Override
  public synchronized Optional<ObjectInfo> head(ObjectUri object) throws ObjectStoreException {
    return Optional.ofNullable(bytes(object)).map(body -> info(object, body));
  }

  @Override
  public InputStream open(ObjectInfo object, long offset, long length) throws ObjectStoreException {
    byte[] body = bytes(object.uri());
    if (body == null || !info(object.uri(), body).etag().equals(object.etag())) {
      throw new ObjectStoreException(
          ObjectStoreException.Kind.CHANGED, object.uri() + " was replaced", null);
    }
    return new ByteArrayInputStream(body, (int) offset, (int) length);
  }

  @Override
  public synchronized String put(ObjectUri object, ByteBuffer body) {
    byte[] bytes = copy(body);
    objects.put(key(object), bytes);
    return info(object, bytes).etag();
  }

  @Override
  public void putFile(ObjectUri object, Path file) throws ObjectStoreException {
    try {
      put(object, ByteBuffer.wrap(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void delete(ObjectUri object) {
    objects.remove(key(object));
  }

  @Override
  public synchronized String createMultipart(ObjectUri object) throws ObjectStoreException {
    String id = "upload-" + uploadCount.incrementAndGet();
    uploads.put(id, new TreeMap<>());
    uploaded.put(id, object);
    return id;
  }

  @Override
  public UploadedPart uploadPart(ObjectUri object, String uploadId, int number, ByteBuffer body)
      throws ObjectStoreException {
    if (number < 1 || number > 10_000) {
      throw new IllegalArgumentException("part " + number);
    }
    byte[] bytes = copy(body);
    synchronized (this) {
      uploads.get(uploadId).put(number, bytes);
    }
    return new UploadedPart(number, "\"" + number + "\"", bytes.length);
  }

  @Override
  public synchronized String completeMultipart(
      ObjectUri object, String uploadId, List<UploadedPart> parts) throws ObjectStoreException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    int last = 0;
    for (UploadedPart part : parts) {
      byte[] bytes = uploads.get(uploadId).get(part.number());
      boolean small = bytes.length < SMALLEST_PART && !part.equals(parts.get(parts.size() - 1));
      if (small || part.number() <= last || bytes.length != part.size()) {
        throw new IllegalArgumentException("refused: " + part);
      }
      last = part.number();
      whole.writeBytes(bytes);
    }
    byte[] bytes = whole.toByteArray();
    objects.put(key(object), bytes);
    uploads.remove(uploadId);
    return info(object, bytes).etag();
  }

  @Override
  public synchronized List<String> openMultiparts(ObjectUri object) {
    return uploads.keySet().stream().filter(id -> uploaded.get(id).equals(object)).toList();
  }

  @Override
  public synchronized void abortMultipart(ObjectUri object, String uploadId) {
    uploads.remove(uploadId);
  }

  @Override
  public void close() {
    // There is nothing to give back.
  }
}
