package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.PieceSource;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An augmented manifest (SageMaker Developer Guide, "Augmented Manifest Files"): JSON Lines, of
 * each of which some attributes flow into the pipe; one whose name ends in {@code -ref} names an
 * object that flows in its place. The lines lie in a file here; memory holds eight bytes of each.
 */
final class AugmentedManifest implements Closeable {
  private static final String REFERENCE = "-ref";
  private static final int LONGEST_LINE = 8 << 20;
  private static final int FIRST_LOT = 16;
  private static final int LOT = 256;
  private static final int ASKED_AT_ONCE = 64;
  private static final int[] AS_WRITTEN = {};

  private final ObjectSource store;
  private final ChannelSource source;
  private final AugmentedLine line;
  // No channel, which an interrupt of one epoch's reading would close for all others.
  private final RandomAccessFile lines;
  private final TransferPool pool = new TransferPool("augmented-manifest", ASKED_AT_ONCE);
  // Where each line begins, and where the last ends.
  private long[] starts = new long[1024];
  private int count;

  private AugmentedManifest(ObjectSource store, ChannelSource source, RandomAccessFile lines) {
    this.store = store;
    this.source = source;
    this.lines = lines;
    this.line = new AugmentedLine(source.attributeNames());
  }

  /**
   * Fetches the manifest and looks at every line.
   *
   * @param scratch where its lines lie meanwhile; the file has no name
   */
  static AugmentedManifest load(ObjectSource store, ChannelSource source, Path scratch)
      throws IOException {
    ObjectInfo info =
        store.head(source.uri()).orElseThrow(() -> ChannelListing.nothingUnder(source.uri(), null));
    Path file = Files.createTempFile(scratch, "manifest", ".tmp");
    RandomAccessFile lines = openUnlinked(file);
    AugmentedManifest manifest = new AugmentedManifest(store, source, lines);
    try {
      manifest.fetch(info);
      return manifest;
    } catch (IOException | RuntimeException e) {
      manifest.close();
      throw e;
    }
  }

  private static RandomAccessFile openUnlinked(Path file) throws IOException {
    try {
      return new RandomAccessFile(file.toFile(), "rw");
    } finally {
      Files.delete(file);
    }
  }

  private void fetch(ObjectInfo info) throws IOException {
    try (InputStream in = new BufferedInputStream(store.open(info, 0, info.size()), 1 << 16)) {
      OutputStream out = new BufferedOutputStream(new FileOutputStream(lines.getFD()), 1 << 16);
      ByteArrayOutputStream each = new ByteArrayOutputStream();
      int number = 1;
      int next = in.read();
      while (next >= 0) {
        each.reset();
        while (next >= 0 && next != '\n') {
          each.write(next);
          if (each.size() > LONGEST_LINE) {
            throw refused(number, "it is longer than " + LONGEST_LINE + " bytes", null);
          }
          next = in.read();
        }
        take(each.toByteArray(), number, out);
        number++;
        next = next < 0 ? next : in.read();
      }
      out.flush();
    }
    if (count == 0) {
      throw new ObjectStoreException(
          Kind.REFUSED,
          "Channel \""
              + source.name()
              + "\": the augmented manifest "
              + source.uri()
              + " has no line.",
          null);
    }
  }

  private void take(byte[] text, int number, OutputStream out) throws IOException {
    if (new String(text, StandardCharsets.UTF_8).isBlank()) {
      return;
    }
    pieces(text, number);
    if (count + 2 > starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
    }
    out.write(text);
    out.write('\n');
    count++;
    starts[count] = starts[count - 1] + text.length + 1;
  }

  /** A value to flow, or the address of an object to flow. */
  private record Item(ObjectUri reference, String value) {}

  private List<Item> pieces(byte[] text, int number) throws IOException {
    List<Item> items = new ArrayList<>(source.attributeNames().size());
    String[] values;
    try {
      values = line.values(text);
    } catch (AugmentedLine.BadLineException e) {
      throw refused(number, e.getMessage(), e);
    }
    for (int i = 0; i < values.length; i++) {
      String name = source.attributeNames().get(i);
      if (!name.endsWith(REFERENCE)) {
        items.add(new Item(null, values[i]));
        continue;
      }
      try {
        ObjectUri uri = ObjectUri.parse(values[i]);
        if (uri.key().isEmpty()) {
          throw new IllegalArgumentException("no object: " + values[i]);
        }
        items.add(new Item(uri, null));
      } catch (IllegalArgumentException e) {
        throw refused(number, "\"" + name + "\" is " + e.getMessage(), e);
      }
    }
    return items;
  }

  private ObjectStoreException refused(int number, String why, Throwable cause) {
    return new ObjectStoreException(
        Kind.REFUSED,
        "Channel \""
            + source.name()
            + "\": line "
            + number
            + " of the augmented manifest "
            + source.uri()
            + " can't be used: "
            + why
            + ". AttributeNames are "
            + source.attributeNames()
            + ".",
        cause);
  }

  int size() {
    return count;
  }

  /** What a host gets in an epoch; see {@link ChannelListing#forHost}, lines taking keys' place. */
  PieceSource epoch(int index, int hosts, int epoch) {
    int step = source.sharded() ? hosts : 1;
    int first = source.sharded() ? index : 0;
    int[] order =
        source.shuffleSeed().isPresent()
            ? Shuffle.permutation(count, source.shuffleSeed().getAsLong(), epoch)
            : AS_WRITTEN;
    return new Lines(order, first, step);
  }

  /** Reads the lines of an epoch, and asks for the objects that they name, some lines ahead. */
  private final class Lines implements PieceSource {
    private final int[] order;
    private final int step;
    private final ArrayDeque<Piece> ready = new ArrayDeque<>();
    private long place;
    private int lot = FIRST_LOT;

    Lines(int[] order, int first, int step) {
      this.order = order;
      this.step = step;
      this.place = first;
    }

    @Override
    public Piece next() throws IOException, InterruptedException {
      while (ready.isEmpty() && place < count) {
        readLot();
      }
      return ready.poll();
    }

    private void readLot() throws IOException, InterruptedException {
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < lot && place < count; i++, place += step) {
        int row = order.length == 0 ? (int) place : order[(int) place];
        items.addAll(pieces(read(row), row + 1));
      }
      lot = LOT;
      ObjectInfo[] objects = new ObjectInfo[items.size()];
      pool.runAll(
          IntStream.range(0, objects.length)
              .filter(i -> items.get(i).reference() != null)
              .<TransferPool.Work>mapToObj(i -> () -> objects[i] = find(items.get(i).reference()))
              .iterator());
      for (int i = 0; i < objects.length; i++) {
        ready.add(
            objects[i] == null
                ? new Piece.Literal(items.get(i).value().getBytes(StandardCharsets.UTF_8))
                : new Piece.StoredObject(objects[i]));
      }
    }

    private byte[] read(int row) throws IOException {
      byte[] text = new byte[(int) (starts[row + 1] - 1 - starts[row])];
      // An epoch that ended early may still be reading, too.
      synchronized (lines) {
        lines.seek(starts[row]);
        lines.readFully(text);
      }
      return text;
    }

    private ObjectInfo find(ObjectUri reference) throws IOException {
      return store
          .head(reference)
          .orElseThrow(
              () ->
                  new ObjectStoreException(
                      Kind.NOT_FOUND,
                      "Channel \""
                          + source.name()
                          + "\": there is no object "
                          + reference
                          + ", which the augmented manifest "
                          + source.uri()
                          + " names.",
                      null));
    }
  }

  @Override
  public void close() throws IOException {
    pool.close();
    lines.close();
  }
}
