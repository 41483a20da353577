package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.SyntheticS3;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that a server on a file system can't have, read as channels are. */
@Timeout(30)
class OddKeysTest {
  private static SyntheticS3 server;
  private static S3ObjectStore store;

  @BeforeAll
  static void serve() throws IOException {
    server = SyntheticS3.start("data");
    store = S3ObjectStore.open(server.access());
  }

  @AfterAll
  static void end() throws IOException {
    store.close();
    server.close();
  }

  private static byte[] read(ObjectInfo object) throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect((int) object.size());
    store.read(object, 0, direct, n -> {});
    byte[] bytes = new byte[direct.flip().remaining()];
    direct.get(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/leading",
        "//two leading",
        "in//doubled",
        "in///three",
        "in/ends/",
        "in/./dot",
        "in/../dots",
        "..",
        "in/%2F%2e%",
        "in/a=b&c;d,e:f@g$h!i",
        "in/(a)*'b'~c-d_e.f",
        "in/back\\slash|^`{}[]\"<>",
        "in/tab\tfeed\nreturn\rbell\u0007del\u007f",
        "in/\u00a0\u2028\ufeff\ufffd",
        "in/e\u0301 \u00e9",
        "in/\uD83E\uDDF5\uD83D\uDC69\u200D\uD83D\uDCBB"
      })
  void aKeyIsFoundAndReadByItsOwnName(String key) throws IOException {
    server.put(key, 1000);
    ObjectInfo object = store.head(new ObjectUri("s3", "data", key)).orElseThrow();
    assertArrayEquals(server.bytes(key, 0, 1000), read(object));
  }

  @Test
  void keysThatLookAlikeStayApart() throws IOException {
    List<String> keys =
        List.of(
            "alike/a b",
            "alike/a+b",
            "alike/a%20b",
            "alike/a%2Bb",
            "alike//a b",
            "alike/A b",
            "alike/\u00e9",
            "alike/e\u0301");
    for (String key : keys) {
      server.put(key, 100);
    }
    List<ObjectInfo> listed = new ArrayList<>();
    store.list(new ObjectUri("s3", "data", "alike/"), listed::add);
    Set<String> found = new HashSet<>();
    for (ObjectInfo object : listed) {
      String key = object.uri().key();
      found.add(key);
      assertArrayEquals(server.bytes(key, 0, 100), read(object), key);
    }
    assertEquals(new HashSet<>(keys), found);
    assertEquals(keys.size(), listed.size());
  }

  @Test
  void aKeyOfTheGreatestLengthIsRead() throws IOException {
    // 1,024 bytes of UTF-8, each of which takes three characters in an address.
    String key = "\u00e9".repeat(512);
    server.put(key, 10);
    assertArrayEquals(
        server.bytes(key, 0, 10), read(store.head(new ObjectUri("s3", "data", key)).orElseThrow()));
  }
}
