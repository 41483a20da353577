package dev.heddle.containerlauncher.runtime;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.UploadedPart;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One bucket in memory, for reading. */
final class MemoryStore implements ObjectStore {
  private final TreeMap<String, byte[]> objects = new TreeMap<>();

  void put(String key, String content) {
    put(key, content.getBytes(StandardCharsets.UTF_8));
  }

  void put(String key, byte[] content) {
    objects.put(key, content);
  }

  @Override
  public void list(ObjectUri prefix, Consumer<ObjectInfo> each) {
    objects.forEach(
        (key, body) -> {
          if (key.startsWith(prefix.key())) {
            each.accept(new ObjectInfo(prefix.withKey(key), body.length, "\"1\""));
          }
        });
  }

  @Override
  public Optional<ObjectInfo> head(ObjectUri object) {
    return Optional.ofNullable(objects.get(object.key()))
        .map(body -> new ObjectInfo(object, body.length, "\"1\""));
  }

  @Override
  public InputStream open(ObjectInfo object, long offset, long length) {
    return new ByteArrayInputStream(
        objects.get(object.uri().key()), Math.toIntExact(offset), Math.toIntExact(length));
  }

  @Override
  public String put(ObjectUri object, ByteBuffer body) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void putFile(ObjectUri object, Path file) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(ObjectUri object) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String createMultipart(ObjectUri object) {
    throw new UnsupportedOperationException();
  }

  @Override
  public UploadedPart uploadPart(ObjectUri object, String uploadId, int number, ByteBuffer body) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String completeMultipart(ObjectUri object, String uploadId, List<UploadedPart> parts) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> openMultiparts(ObjectUri object) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void abortMultipart(ObjectUri object, String uploadId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
