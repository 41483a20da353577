package dev.heddle.pipemode.frame;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.feed.EpochBytes;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.ReadLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Objects in memory, and all that flows of them in a format. */
final class Flow implements AutoCloseable {
  private final MemoryStore store = new MemoryStore();
  private final List<ObjectInfo> objects = new ArrayList<>();
  private final ParallelReader reader = new ParallelReader(store, new ReadLimits(4, 32L << 20, 1));
  private long counted;
  private long stored;

  Flow(byte[]... bodies) throws IOException {
    for (byte[] body : bodies) {
      ObjectUri uri = ObjectUri.parse(String.format("s3://b/o%05d", objects.size()));
      store.put(uri, ByteBuffer.wrap(body));
      objects.add(store.head(uri).orElseThrow());
    }
  }

  byte[] all(PipeFormat format, Path scratch) throws IOException, InterruptedException {
    Iterator<ObjectInfo> each = objects.iterator();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (EpochBytes bytes =
        format.open(
            reader,
            () -> each.hasNext() ? new Piece.StoredObject(each.next()) : null,
            "train",
            scratch)) {
      for (ByteBuffer next = bytes.next(); next != null; next = bytes.next()) {
        byte[] some = new byte[next.remaining()];
        next.get(some);
        all.writeBytes(some);
      }
      counted = bytes.objects();
      stored = bytes.storedBytes();
    }
    return all.toByteArray();
  }

  /** How many objects the last epoch counted. */
  long counted() {
    return counted;
  }

  /** How many stored bytes the last epoch counted. */
  long stored() {
    return stored;
  }

  @Override
  public void close() {
    reader.close();
  }
}
