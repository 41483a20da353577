package dev.heddle.pipemode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads each address where its scheme says: {@code s3} from S3, all others from Hadoop's file
 * systems.
 *
 * @param s3 closed with this
 * @param others closed with this
 */
public record RoutedSource(ObjectSource s3, ObjectSource others) implements ObjectSource {

  private ObjectSource of(ObjectUri uri) {
    return uri.inS3() ? s3 : others;
  }

  @Override
  public void prepare() throws ObjectStoreException {
    s3.prepare();
    others.prepare();
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
  public void close() {
    try {
      s3.close();
    } finally {
      others.close();
    }
  }
}
