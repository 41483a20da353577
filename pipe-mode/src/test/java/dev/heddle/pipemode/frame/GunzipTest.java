package dev.heddle.pipemode.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectStoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class GunzipTest {
  private static final PipeFormat GZIP = new PipeFormat(true, false);
  private static final PipeFormat GZIP_RECORDS = new PipeFormat(true, true);
  private static final int MEMORY = 4 << 20;

  @TempDir Path scratch;

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(all)) {
      out.write(bytes);
    }
    return all.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] record(byte[] payload) {
    return join(
        ByteBuffer.allocate(8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0xced7230a)
            .putInt(payload.length)
            .array(),
        payload,
        new byte[(4 - payload.length % 4) % 4]);
  }

  private byte[] flow(PipeFormat format, byte[]... bodies) throws Exception {
    try (Flow flow = new Flow(bodies)) {
      byte[] all = flow.all(format, scratch);
      assertEquals(bodies.length, flow.counted());
      assertEquals(join(bodies).length, flow.stored());
      return all;
    }
  }

  private void refused(PipeFormat format, byte[]... bodies) {
    ObjectStoreException refused =
        assertThrows(ObjectStoreException.class, () -> flow(format, bodies));
    assertEquals(ObjectStoreException.Kind.REFUSED, refused.kind());
    String last = String.format("s3://b/o%05d ", bodies.length - 1);
    assertTrue(refused.getMessage().contains(last), refused.getMessage());
    assertTrue(refused.getMessage().contains("CompressionType Gzip"), refused.getMessage());
    assertTrue(refused.getMessage().contains("\"train\""), refused.getMessage());
  }

  @Test
  void allMembersOfAnObjectAreDecompressed() throws Exception {
    byte[] members = join(gzip(text("one")), gzip(new byte[0]), gzip(text("two")), gzip(text("3")));
    assertArrayEquals(text("onetwo3"), flow(GZIP, members));
    assertArrayEquals(record(text("onetwo3")), flow(GZIP_RECORDS, members));
  }

  @Test
  void membersThatEndAnywhereInABufferAreAllDecompressed() throws Exception {
    // The decompressor takes 64 KiB at once: members end a byte before, at and after its end.
    for (int length = (64 << 10) - 60; length < (64 << 10) + 20; length++) {
      byte[] first = random(length);
      assertArrayEquals(
          join(first, text("second")),
          flow(GZIP, join(gzip(first), gzip(text("second")))),
          length + " bytes");
    }
  }

  @Test
  void thousandsOfMembersAreDecompressed() throws Exception {
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int i = 0; i < 20_000; i++) {
      byte[] each = text(i % 3 == 0 ? Integer.toString(i) : "");
      expected.writeBytes(each);
      stored.writeBytes(gzip(each));
    }
    assertArrayEquals(expected.toByteArray(), flow(GZIP, stored.toByteArray()));
  }

  @Test
  void emptyMembersInARowAreNoTrouble() throws Exception {
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    for (int i = 0; i < 100_000; i++) {
      stored.writeBytes(gzip(new byte[0]));
    }
    stored.writeBytes(gzip(text("end")));
    assertArrayEquals(text("end"), flow(GZIP, stored.toByteArray()));
  }

  @Test
  void anEmptyObjectGivesNoBytes() throws Exception {
    assertArrayEquals(new byte[0], flow(GZIP, new byte[0]));
    assertArrayEquals(
        text("ab"), flow(GZIP, new byte[0], gzip(text("a")), new byte[0], gzip(text("b"))));
    assertArrayEquals(
        join(record(new byte[0]), record(text("a")), record(new byte[0])),
        flow(GZIP_RECORDS, new byte[0], gzip(text("a")), gzip(new byte[0])));
  }

  @Test
  void nothingAtAllIsAnEpochWithoutBytes() throws Exception {
    assertArrayEquals(new byte[0], flow(GZIP));
    assertArrayEquals(new byte[0], flow(GZIP_RECORDS));
  }

  @Test
  void whereObjectsEndDoesntShowInTheBytes() throws Exception {
    byte[] all = random(3_000_000);
    assertArrayEquals(
        all,
        flow(
            GZIP,
            gzip(Arrays.copyOfRange(all, 0, 1)),
            gzip(Arrays.copyOfRange(all, 1, 70_000)),
            gzip(Arrays.copyOfRange(all, 70_000, 2_999_999)),
            gzip(Arrays.copyOfRange(all, 2_999_999, 3_000_000))));
  }

  @Test
  void manySmallObjectsAreDecompressedInOrder() throws Exception {
    byte[][] bodies = new byte[3000][];
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int i = 0; i < bodies.length; i++) {
      bodies[i] = gzip(text("line " + i + "\n"));
      expected.writeBytes(text("line " + i + "\n"));
    }
    assertArrayEquals(expected.toByteArray(), flow(GZIP, bodies));
  }

  @Test
  void anObjectCutOffAnywhereIsRefusedByName() throws Exception {
    byte[] whole = gzip(text("some text that is long enough to have a middle"));
    for (int length = 1; length < whole.length; length++) {
      refused(GZIP, gzip(text("fine")), Arrays.copyOf(whole, length));
      refused(GZIP_RECORDS, gzip(text("fine")), Arrays.copyOf(whole, length));
    }
  }

  @Test
  void anObjectCutOffInItsSecondMemberIsRefusedByName() throws Exception {
    byte[] first = gzip(text("first"));
    byte[] second = gzip(text("second, which is lost"));
    for (int length = 1; length < second.length; length++) {
      refused(GZIP, join(first, Arrays.copyOf(second, length)));
    }
  }

  @Test
  void zerosAfterTheLastMemberAreLeftOut() throws Exception {
    assertArrayEquals(text("x"), flow(GZIP, join(gzip(text("x")), new byte[512])));
  }

  @Test
  void anObjectThatIsNoGzipFileIsRefusedByName() throws Exception {
    refused(GZIP, gzip(text("fine")), text("plain text"));
    refused(GZIP, text("x"));
    refused(GZIP_RECORDS, text("plain text of some length, longer than a gzip header is"));
  }

  @Test
  void aWrongChecksumIsRefusedByName() throws Exception {
    byte[] body = gzip(text("some text"));
    body[body.length - 6] ^= 1;
    refused(GZIP, body);
    refused(GZIP_RECORDS, body);
  }

  @Test
  void aDamagedByteAnywhereIsRefusedByNameOrDoesNoHarm() throws Exception {
    byte[] data = text("some text, some text and some more text");
    byte[] whole = join(gzip(data), gzip(data));
    int refusals = 0;
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x55;
      try {
        assertArrayEquals(join(data, data), flow(GZIP, damaged), "byte " + i);
      } catch (ObjectStoreException e) {
        assertTrue(e.getMessage().contains("s3://b/o00000 can't be"), e.getMessage());
        assertTrue(!e.getMessage().contains("null"), e.getMessage());
        refusals++;
      }
    }
    // All but the time and the kind of compression and system, which nobody reads.
    assertEquals(whole.length - 2 * 6, refusals);
  }

  @Test
  void allFieldsOfAHeaderAreSkipped() throws Exception {
    byte[] plain = gzip(text("data"));
    // FEXTRA of 3 bytes, FNAME and FCOMMENT.
    byte[] header =
        HexFormat.of().parseHex("1f8b081c000000000003" + "0300010203" + "6e00" + "6300");
    assertArrayEquals(
        text("data"), flow(GZIP, join(header, Arrays.copyOfRange(plain, 10, plain.length))));
  }

  @ParameterizedTest
  @ValueSource(ints = {MEMORY - 1, MEMORY, MEMORY + 1, 2 * MEMORY, 2 * MEMORY + 3, 9_999_999})
  void aRecordLongerThanTheMemoryForItComesWhole(int length) throws Exception {
    byte[] body = random(length);
    byte[] before = text("before");
    byte[] after = text("after it");
    assertArrayEquals(
        join(record(before), record(body), record(after)),
        flow(GZIP_RECORDS, gzip(before), gzip(body), gzip(after)));
    try (Stream<Path> files = Files.list(scratch)) {
      assertEquals(0, files.count());
    }
  }
}
