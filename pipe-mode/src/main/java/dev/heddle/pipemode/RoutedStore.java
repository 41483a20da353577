package dev.heddle.pipemode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads and writes each address where its scheme says: {@code file} in this machine's directories,
 * all others in S3.
 *
 * @param s3 closed with this
 * @param directories closed with this
 */
public record RoutedStore(ObjectStore s3, ObjectStore directories) implements ObjectStore {

  private ObjectStore of(ObjectUri uri) {
    return uri.inFiles() ? directories : s3;
  }

  @Override
  public void prepare() throws ObjectStoreException {
    s3.prepare();
  }

  @Override
  public void list(ObjectUri prefix, Consumer<ObjectInfo> each) throws ObjectStoreException {
    of(prefix).list(prefix, each);
  }

  @Override
  public Optional<ObjectInfo> head(ObjectUri object) throws ObjectStoreException {
    return of(object).head(object);
  }

  @Override
  public InputStream open(ObjectInfo object, long offset, long length) throws ObjectStoreException {
    return of(object.uri()).open(object, offset, length);
  }

  @Override
  public void read(ObjectInfo object, long offset, ByteBuffer into, Arrival arrival)
      throws ObjectStoreException {
    of(object.uri()).read(object, offset, into, arrival);
  }

  @Override
  public void copy(ObjectInfo object, long offset, long length, ByteBuffer through, Sink sink)
      throws IOException {
    of(object.uri()).copy(object, offset, length, through, sink);
  }

  @Override
  public String put(ObjectUri object, ByteBuffer body) throws ObjectStoreException {
    return of(object).put(object, body);
  }

  @Override
  public void putFile(ObjectUri object, Path file) throws ObjectStoreException {
    of(object).putFile(object, file);
  }

  @Override
  public void delete(ObjectUri object) throws ObjectStoreException {
    of(object).delete(object);
  }

  @Override
  public String createMultipart(ObjectUri object) throws ObjectStoreException {
    return of(object).createMultipart(object);
  }

  @Override
  public UploadedPart uploadPart(ObjectUri object, String uploadId, int number, ByteBuffer body)
      throws ObjectStoreException {
    return of(object).uploadPart(object, uploadId, number, body);
  }

  @Override
  public String completeMultipart(ObjectUri object, String uploadId, List<UploadedPart> parts)
      throws ObjectStoreException {
    return of(object).completeMultipart(object, uploadId, parts);
  }

  @Override
  public List<String> openMultiparts(ObjectUri object) throws ObjectStoreException {
    return of(object).openMultiparts(object);
  }

  @Override
  public void abortMultipart(ObjectUri object, String uploadId) throws ObjectStoreException {
    of(object).abortMultipart(object, uploadId);
  }

  @Override
  public void close() {
    try {
      s3.close();
    } finally {
      directories.close();
    }
  }
}
