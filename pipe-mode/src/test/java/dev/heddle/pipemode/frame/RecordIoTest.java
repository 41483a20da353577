package dev.heddle.pipemode.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.PieceSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecordIoTest {
  private static final PipeFormat RECORDS = new PipeFormat(false, true);

  @TempDir Path scratch;

  private byte[] records(byte[]... bodies) throws IOException, InterruptedException {
    try (Flow flow = new Flow(bodies)) {
      byte[] all = flow.all(RECORDS, scratch);
      assertEquals(bodies.length, flow.counted());
      return all;
    }
  }

  @Test
  void everyObjectIsARecordFilledUpWithZerosToFourBytes() throws Exception {
    byte[] five = {1, 2, 3, 4, 5};
    List<String> expected =
        List.of(
            "0a23d7ce00000000",
            "0a23d7ce0100000001000000",
            "0a23d7ce0200000001020000",
            "0a23d7ce0300000001020300",
            "0a23d7ce0400000001020304",
            "0a23d7ce050000000102030405000000");
    for (int length = 0; length <= 5; length++) {
      assertEquals(
          expected.get(length),
          HexFormat.of().formatHex(records(Arrays.copyOf(five, length))),
          length + " bytes");
    }
    assertEquals(
        String.join("", expected),
        HexFormat.of()
            .formatHex(
                records(
                    new byte[0],
                    Arrays.copyOf(five, 1),
                    Arrays.copyOf(five, 2),
                    Arrays.copyOf(five, 3),
                    Arrays.copyOf(five, 4),
                    five)));
  }

  @Test
  void aMagicNumberInsideAnObjectIsLeftAlone() throws Exception {
    byte[] body = HexFormat.of().parseHex("0a23d7ce0a23d7ce0a23d7ce");
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    expected.writeBytes(HexFormat.of().parseHex("0a23d7ce0c000000"));
    expected.writeBytes(body);
    assertArrayEquals(expected.toByteArray(), records(body));
  }

  @Test
  void theLengthsBytesComeLowestFirst() throws Exception {
    byte[] body = new byte[0x012345];
    Arrays.fill(body, (byte) 7);
    byte[] all = records(body);
    assertEquals("0a23d7ce45230100", HexFormat.of().formatHex(all, 0, 8));
    assertEquals(8 + 0x012348, all.length);
    assertArrayEquals(body, Arrays.copyOfRange(all, 8, 8 + body.length));
  }

  @Test
  void theLongestRecordIsOneByteShorterThanWhatIsRefused() throws Exception {
    PieceSource longest = RecordIo.wrap(one((1L << 29) - 1), "train");
    Piece.Literal header = (Piece.Literal) longest.next();
    assertEquals("0a23d7ceffffff1f", HexFormat.of().formatHex(header.bytes()));
    assertEquals((1L << 29) - 1, longest.next().size());
    assertEquals(1, longest.next().size());
    assertEquals(null, longest.next());

    PieceSource tooLong = RecordIo.wrap(one(1L << 29), "train");
    ObjectStoreException refused = assertThrows(ObjectStoreException.class, tooLong::next);
    assertEquals(ObjectStoreException.Kind.REFUSED, refused.kind());
    assertTrue(refused.getMessage().contains("s3://b/huge"), refused.getMessage());
    assertTrue(refused.getMessage().contains("\"train\""), refused.getMessage());
    assertTrue(refused.getMessage().contains("RecordWrapperType"), refused.getMessage());
  }

  private static PieceSource one(long size) {
    boolean[] given = new boolean[1];
    return () -> {
      if (given[0]) {
        return null;
      }
      given[0] = true;
      return new Piece.StoredObject(new ObjectInfo(ObjectUri.parse("s3://b/huge"), size, "\"x\""));
    };
  }
}
