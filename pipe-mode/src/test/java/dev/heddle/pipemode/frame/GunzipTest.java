package dev.heddle.pipemode.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.feed.EpochBytes;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.PieceSource;
import dev.heddle.pipemode.read.ReadLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GunzipTest {
  private static final ObjectUri OBJECT = ObjectUri.parse("s3://b/in/x.gz");

  @TempDir private Path scratch;
  private final MemoryStore store = new MemoryStore();

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(all)) {
      out.write(content);
    }
    return all.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private PieceSource pieces() throws IOException {
    List<Piece> pieces = new ArrayList<>();
    store.list(ObjectUri.parse("s3://b/in/"), each -> pieces.add(new Piece.StoredObject(each)));
    Iterator<Piece> each = pieces.iterator();
    return () -> each.hasNext() ? each.next() : null;
  }

  private byte[] decompressed(byte[] object) throws Exception {
    store.put(OBJECT, ByteBuffer.wrap(object));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (ParallelReader reader = new ParallelReader(store, new ReadLimits(2, 1 << 20, 1));
        EpochBytes bytes = new PipeFormat(true, false).open(reader, pieces(), "train", scratch)) {
      for (ByteBuffer next = bytes.next(); next != null; next = bytes.next()) {
        byte[] run = new byte[next.remaining()];
        next.get(run);
        all.writeBytes(run);
      }
    }
    return all.toByteArray();
  }

  private void assertRefused(String why, byte[] object) {
    ObjectStoreException refused =
        assertThrows(ObjectStoreException.class, () -> decompressed(object));
    String message = refused.getMessage();
    assertTrue(
        message.startsWith("Channel \"train\": the object " + OBJECT + " can't be decompressed: "),
        message);
    assertTrue(message.contains(why), message);
  }

  @Test
  void membersMayEndAnywhereInWhatIsReadAtOnce() throws Exception {
    byte[] second = random(1000);
    // Around the sizes of the buffers that the first member may just fill or not.
    for (int packed = (64 << 10) - 40; packed < (64 << 10) + 40; packed++) {
      byte[] first = gzip(random(packed - 28));
      byte[] expected = joined(random(packed - 28), second);
      assertArrayEquals(expected, decompressed(joined(first, gzip(second))), "" + packed);
    }
  }

  @Test
  void zerosBehindTheLastMemberArePadding() throws Exception {
    byte[] content = random(70_000);
    for (int zeros : new int[] {1, 8, 30, 512, 300_000}) {
      assertArrayEquals(content, decompressed(joined(gzip(content), new byte[zeros])));
    }
  }

  @Test
  void whatFollowsTheCompressedDataIsNotPassedOver() throws Exception {
    byte[] packed = gzip(random(70_000));
    for (int size : new int[] {1, 5, 18, 27, 1000, 300_000}) {
      assertRefused("something else follows", joined(packed, random(size)));
    }
    assertRefused("something else follows", joined(packed, new byte[600], gzip(random(10))));
  }

  @Test
  void anObjectThatIsCutOffAnywhereIsNotTakenForWhole() throws Exception {
    byte[] first = gzip(random(300));
    byte[] whole = joined(first, gzip(random(200)));
    for (int length = 1; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      if (length == first.length) {
        assertArrayEquals(random(300), decompressed(cut), "one member less is a whole file");
      } else {
        assertRefused("", cut);
      }
    }
  }

  @Test
  void damagedDataIsRefused() throws Exception {
    byte[] content = random(5000);
    byte[] packed = gzip(content);
    byte[] wrongSum = packed.clone();
    wrongSum[packed.length - 6] ^= 1;
    assertRefused("Corrupt GZIP trailer", wrongSum);
    byte[] wrongData = packed.clone();
    wrongData[packed.length / 2] ^= 1;
    assertRefused("", wrongData);
  }

  @Test
  void aRecordThatWaitsInAFileLeavesNoNameThere() throws Exception {
    byte[] content = random(9_000_001);
    store.put(OBJECT, ByteBuffer.wrap(gzip(content)));
    try (ParallelReader reader = new ParallelReader(store, new ReadLimits(2, 1 << 20, 1));
        EpochBytes bytes = new PipeFormat(true, true).open(reader, pieces(), "train", scratch)) {
      assertEquals(8, bytes.next().remaining());
      // The rest comes from the file.
      try (var names = Files.list(scratch)) {
        assertEquals(List.of(), names.toList());
      }
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      for (ByteBuffer next = bytes.next(); next != null; next = bytes.next()) {
        byte[] run = new byte[next.remaining()];
        next.get(run);
        rest.writeBytes(run);
      }
      assertArrayEquals(joined(content, new byte[3]), rest.toByteArray());
    }
  }
}
