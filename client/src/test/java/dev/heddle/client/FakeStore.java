package dev.heddle.client;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.UploadedPart;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** An object store in memory that counts what is left open. */
final class FakeStore implements ObjectStore {
  private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final Map<String, Kind> failures = new ConcurrentHashMap<>();
  private final Set<String> uploads = ConcurrentHashMap.newKeySet();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger listed = new AtomicInteger();

  /** Whether objects may be put and deleted: most commands never do. */
  boolean writable;

  FakeStore with(String uri, String content) {
    return with(uri, content.getBytes(StandardCharsets.UTF_8));
  }

  FakeStore with(String uri, byte[] content) {
    objects.put(uri, content);
    return this;
  }

  Set<String> keys() {
    return Set.copyOf(objects.keySet());
  }

  /** Everything about addresses that begin so fails. */
  void fail(String prefix, Kind kind) {
    failures.put(prefix, kind);
  }

  int uploadsLeftOpen() {
    return uploads.size();
  }

  int uploadsBegun() {
    return begun.get();
  }

  int objectsListed() {
    return listed.get();
  }

  private void check(ObjectUri uri) throws ObjectStoreException {
    for (Map.Entry<String, Kind> each : failures.entrySet()) {
      if (uri.toString().startsWith(each.getKey())) {
        throw new ObjectStoreException(each.getValue(), each.getValue() + " for " + uri, null);
      }
    }
  }

  @Override
  public void list(ObjectUri prefix, Consumer<ObjectInfo> each) throws ObjectStoreException {
    check(prefix);
    for (Map.Entry<String, byte[]> entry : objects.tailMap(prefix.toString()).entrySet()) {
      if (!entry.getKey().startsWith(prefix.toString())) {
        break;
      }
      listed.incrementAndGet();
      each.accept(
          new ObjectInfo(ObjectUri.parse(entry.getKey()), entry.getValue().length, "\"e\""));
    }
  }

  @Override
  public Optional<ObjectInfo> head(ObjectUri object) throws ObjectStoreException {
    check(object);
    return Optional.ofNullable(objects.get(object.toString()))
        .map(bytes -> new ObjectInfo(object, bytes.length, "\"e\""));
  }

  @Override
  public InputStream open(ObjectInfo object, long offset, long length) throws ObjectStoreException {
    check(object.uri());
    return new ByteArrayInputStream(
        objects.get(object.uri().toString()), (int) offset, (int) length);
  }

  @Override
  public String put(ObjectUri object, ByteBuffer body) throws ObjectStoreException {
    check(object);
    if (!writable) {
      throw new UnsupportedOperationException("this command stores nothing");
    }
    byte[] content = new byte[body.remaining()];
    body.get(content);
    objects.put(object.toString(), content);
    return "\"e\"";
  }

  @Override
  public void putFile(ObjectUri object, Path file) {
    throw new UnsupportedOperationException("the client stores nothing");
  }

  @Override
  public void delete(ObjectUri object) {
    if (!writable) {
      throw new UnsupportedOperationException("this command deletes nothing");
    }
    objects.remove(object.toString());
  }

  @Override
  public String createMultipart(ObjectUri object) throws ObjectStoreException {
    check(object);
    String id = "upload-" + begun.incrementAndGet();
    uploads.add(object + " " + id);
    return id;
  }

  @Override
  public UploadedPart uploadPart(ObjectUri object, String uploadId, int number, ByteBuffer body) {
    throw new UnsupportedOperationException("the client stores nothing");
  }

  @Override
  public String completeMultipart(ObjectUri object, String uploadId, List<UploadedPart> parts) {
    throw new UnsupportedOperationException("the client stores nothing");
  }

  @Override
  public List<String> openMultiparts(ObjectUri object) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void abortMultipart(ObjectUri object, String uploadId) {
    uploads.remove(object + " " + uploadId);
  }

  @Override
  public void close() {}
}
