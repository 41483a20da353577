package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.read.Piece;
import dev.heddle.pipemode.read.PieceSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class AugmentedManifestTest {
  private static final ObjectUri URI = ObjectUri.parse("s3://lists/all.jsonl");

  @TempDir Path scratch;
  private final MemoryStore store = new MemoryStore();

  private static ChannelSource source(boolean sharded, OptionalLong seed, String... names) {
    return new ChannelSource(
        "train", ChannelSource.Kind.AUGMENTED_MANIFEST_FILE, URI, List.of(names), sharded, seed);
  }

  private static List<String> pieces(AugmentedManifest manifest, int host, int hosts, int epoch)
      throws Exception {
    List<String> pieces = new ArrayList<>();
    PieceSource source = manifest.epoch(host, hosts, epoch);
    for (Piece piece = source.next(); piece != null; piece = source.next()) {
      pieces.add(
          piece instanceof Piece.Literal literal
              ? new String(literal.bytes(), StandardCharsets.UTF_8)
              : "->" + ((Piece.StoredObject) piece).object().uri());
    }
    return pieces;
  }

  private List<String> values(String manifest, String... names) throws Exception {
    store.put(URI.toString(), manifest);
    try (AugmentedManifest loaded =
        AugmentedManifest.load(store, source(false, OptionalLong.empty(), names), scratch)) {
      return pieces(loaded, 0, 1, 0);
    }
  }

  private void refused(String manifest, int line, String attribute, String... names) {
    ObjectStoreException refused =
        assertThrows(ObjectStoreException.class, () -> values(manifest, names));
    assertEquals(Kind.REFUSED, refused.kind());
    String message = refused.getMessage();
    assertTrue(message.contains("line " + line + " of"), message);
    assertTrue(message.contains(URI.toString()), message);
    assertTrue(message.contains("\"train\""), message);
    assertTrue(message.contains(attribute), message);
  }

  @Test
  void attributesComeInTheOrderOfTheNamesWhateverTheLinesOrder() throws Exception {
    assertEquals(
        List.of("1", "2", "3", "4"),
        values(
            "{\"a\":\"1\",\"b\":\"2\",\"z\":0}\n{\"z\":{},\"b\":\"4\",\"a\":\"3\"}\n", "a", "b"));
    assertEquals(
        List.of("2", "1", "4", "3"),
        values(
            "{\"a\":\"1\",\"b\":\"2\",\"z\":0}\n{\"z\":{},\"b\":\"4\",\"a\":\"3\"}\n", "b", "a"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "1 | 1",
        "1.0 | 1.0",
        "1e3 | 1e3",
        "-0 | -0",
        "1E+2 | 1E+2",
        "12345678901234567890123 | 12345678901234567890123",
        "0.1000 | 0.1000",
        "true | true",
        "false | false",
        "\"text\" | text",
        "\"a\\\"\\u00fc\\ud83e\\uddf5\" | a\"ü\uD83E\uDDF5",
        "{} | {}",
        "[] | []",
        "[1, [2,  {\"x\": null}], 1.0] | [1, [2,  {\"x\": null}], 1.0]",
        "{ \"b\" : 1.50, \"a\" : \"\\u00fc ü }]\" } | { \"b\" : 1.50, \"a\" : \"\\u00fc ü }]\" }",
      })
  void aValueKeepsItsSpelling(String json, String flows) throws Exception {
    for (String line :
        List.of(
            "{\"a\":" + json + "}",
            " {  \"a\"  :  " + json + "  }  ",
            "{\"before\": \"日本語 \uD83E\uDDF5 ü\", \"a\":" + json + ", \"after\": \"ü\"}",
            "{\"日本語\": [{\"ü\": \"\uD83E\uDDF5\"}], \"a\": " + json + "}",
            "{\"long\": \"" + "ü".repeat(20_000) + "\", \"a\": " + json + ",\"z\":[[]]}")) {
      assertEquals(List.of(flows), values(line + "\n", "a"), line);
    }
  }

  @Test
  void anEmptyStringIsAValue() throws Exception {
    assertEquals(List.of("", "x"), values("{\"a\":\"\",\"b\":\"x\"}", "a", "b"));
  }

  @Test
  void aFirstLineMayBeginWithAByteOrderMark() throws Exception {
    assertEquals(List.of("[\"ü\"]"), values("\uFEFF{\"ö\":1,\"a\":[\"ü\"]}\n", "a"));
  }

  @Test
  void blankLinesLineEndsAndAMissingLastOneMakeNoDifference() throws Exception {
    List<String> three = List.of("1", "[2]", "3");
    assertEquals(three, values("{\"a\":1}\n{\"a\":[2]}\n{\"a\":3}\n", "a"));
    assertEquals(three, values("{\"a\":1}\n{\"a\":[2]}\n{\"a\":3}", "a"));
    assertEquals(three, values("{\"a\":1}\r\n{\"a\":[2]}\r\n{\"a\":3}\r\n", "a"));
    assertEquals(three, values("{\"a\":1}\r\n{\"a\":[2]}\r\n{\"a\":3}\r", "a"));
    assertEquals(three, values("\n\r\n  \n{\"a\":1}\n\n{\"a\":[2]}\n \t \n{\"a\":3}\n\n\n", "a"));
  }

  @Test
  void aReferenceNamesTheObjectThatFlows() throws Exception {
    store.put("s3://images/1 ü%20+.png", "first");
    store.put("s3://images/2.png", "");
    assertEquals(
        List.of("->s3://images/1 ü%20+.png", "7", "->s3://images/2.png", "8"),
        values(
            "{\"label\":7,\"image-ref\":\"s3://images/1 ü%20+.png\"}\n"
                + "{\"image-ref\":\"s3:\\/\\/images\\/2.png\",\"label\":8}\n",
            "image-ref", "label"));
  }

  @Test
  void whatsWrongWithALineIsToldWithItsNumberAndAttribute() {
    String fine = "{\"a\":1,\"x-ref\":\"s3://b/k\"}\n";
    refused(fine + "{\"b\":1}\n", 2, "\"a\"", "a");
    refused(fine + "\n\n{\"a\":null}\n", 4, "\"a\"", "a");
    refused(fine + "{\"a\":1,\"a\":2}\n", 2, "'a'", "a");
    refused(fine + "{\"a\":1", 2, "no JSON object", "a");
    refused(fine + "{\"a\":1} {}\n", 2, "nothing may follow", "a");
    refused("[1]\n", 1, "must be a JSON object", "a");
    refused("\"a\"\n", 1, "must be a JSON object", "a");
    refused("{\"a\":01}\n", 1, "no JSON object", "a");
    refused("{\"a\":NaN}\n", 1, "no JSON object", "a");
    refused("{'a':1}\n", 1, "no JSON object", "a");
    refused("{\"a\":[1}\n", 1, "no JSON object", "a");
    refused("{\"a\":{\"x\":1,\"x\":2}}\n", 1, "'x'", "a");
    for (String reference :
        List.of("5", "true", "\"\"", "\"b/k\"", "\"s3://b\"", "\"s3://b/\"", "\"s3:///k\"", "{}")) {
      refused(fine + "{\"a\":1,\"x-ref\":" + reference + "}\n", 2, "\"x-ref\"", "a", "x-ref");
    }
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() {
    byte[] line = "{\"a\":\"?\"}\n".getBytes(StandardCharsets.ISO_8859_1);
    line[6] = (byte) 0xff;
    store.put(URI, ByteBuffer.wrap(line));
    ObjectStoreException refused =
        assertThrows(
            ObjectStoreException.class,
            () -> AugmentedManifest.load(store, source(false, OptionalLong.empty(), "a"), scratch));
    assertTrue(refused.getMessage().contains("line 1 of"), refused.getMessage());
  }

  @Test
  void aLineThatIsTooLongForMemoryIsRefused() {
    refused(
        "{\"a\":1}\n{\"a\":\"" + "x".repeat(8 << 20) + "\"}\n",
        2,
        "longer than 8388608 bytes",
        "a");
  }

  @Test
  void aManifestWithoutALineIsRefused() {
    for (String empty : List.of("", "\n", " \r\n\n")) {
      ObjectStoreException refused =
          assertThrows(ObjectStoreException.class, () -> values(empty, "a"));
      assertEquals(Kind.REFUSED, refused.kind());
      assertTrue(refused.getMessage().contains(URI.toString()), refused.getMessage());
    }
  }

  @Test
  void aMissingManifestIsToldInSageMakersWords() {
    ObjectStoreException missing =
        assertThrows(
            ObjectStoreException.class,
            () -> AugmentedManifest.load(store, source(false, OptionalLong.empty(), "a"), scratch));
    assertEquals(Kind.NOT_FOUND, missing.kind());
    assertTrue(missing.getMessage().contains(URI.toString()), missing.getMessage());
  }

  @Test
  void aMissingReferencedObjectIsNamed() {
    ObjectStoreException missing =
        assertThrows(
            ObjectStoreException.class, () -> values("{\"x-ref\":\"s3://b/gone\"}\n", "x-ref"));
    assertEquals(Kind.NOT_FOUND, missing.kind());
    assertTrue(missing.getMessage().contains("s3://b/gone"), missing.getMessage());
    assertTrue(missing.getMessage().contains(URI.toString()), missing.getMessage());
  }

  private static String numbered(int lines) {
    StringBuilder text = new StringBuilder();
    IntStream.range(0, lines).forEach(i -> text.append("{\"a\":").append(i).append("}\n\n"));
    return text.toString();
  }

  private static List<String> numbers(IntStream numbers) {
    return numbers.mapToObj(Integer::toString).toList();
  }

  @Test
  void linesAreDealtOutInTheirOrderWithoutAShuffle() throws Exception {
    store.put(URI.toString(), numbered(1001));
    try (AugmentedManifest manifest =
        AugmentedManifest.load(store, source(true, OptionalLong.empty(), "a"), scratch)) {
      assertEquals(1001, manifest.size());
      for (int host = 0; host < 3; host++) {
        int first = host;
        assertEquals(
            numbers(IntStream.iterate(first, i -> i < 1001, i -> i + 3)),
            pieces(manifest, host, 3, 5));
      }
    }
  }

  @Test
  void aHostWithoutALineHasNoBytes() throws Exception {
    store.put(URI.toString(), numbered(2));
    try (AugmentedManifest manifest =
        AugmentedManifest.load(store, source(true, OptionalLong.of(1), "a"), scratch)) {
      assertEquals(List.of(), pieces(manifest, 2, 4, 0));
      assertEquals(List.of(), pieces(manifest, 3, 4, 0));
      assertEquals(1, pieces(manifest, 1, 4, 0).size());
    }
  }

  @Test
  void aShuffleIsAnotherOrderEachEpochAndTheSameForAllWhoAsk() throws Exception {
    store.put(URI.toString(), numbered(1000));
    try (AugmentedManifest one =
            AugmentedManifest.load(store, source(false, OptionalLong.of(9), "a"), scratch);
        AugmentedManifest other =
            AugmentedManifest.load(store, source(false, OptionalLong.of(10), "a"), scratch)) {
      Set<List<String>> orders = new HashSet<>();
      for (int epoch = 0; epoch < 3; epoch++) {
        List<String> order = pieces(one, 0, 2, epoch);
        assertEquals(order, pieces(one, 1, 2, epoch));
        assertEquals(1000, new HashSet<>(order).size());
        assertNotEquals(order, pieces(other, 0, 2, epoch));
        orders.add(order);
      }
      assertEquals(3, orders.size());
    }
  }

  @Test
  void shardsAreDisjointAndCompleteInEveryEpoch() throws Exception {
    store.put(URI.toString(), numbered(1000));
    try (AugmentedManifest manifest =
        AugmentedManifest.load(store, source(true, OptionalLong.of(-3), "a"), scratch)) {
      for (int epoch = 0; epoch < 3; epoch++) {
        List<String> all = new ArrayList<>();
        for (int host = 0; host < 7; host++) {
          List<String> shard = pieces(manifest, host, 7, epoch);
          assertEquals(shard, pieces(manifest, host, 7, epoch));
          all.addAll(shard);
        }
        assertEquals(1000, all.size());
        assertEquals(1000, new HashSet<>(all).size());
      }
      assertNotEquals(pieces(manifest, 0, 7, 0), pieces(manifest, 0, 7, 1));
    }
  }

  @Test
  void nothingStaysInTheScratchDirectory() throws Exception {
    assertEquals(List.of("1"), values("{\"a\":1}", "a"));
    assertThrows(ObjectStoreException.class, () -> values("{}", "a"));
    try (Stream<Path> files = Files.list(scratch)) {
      assertEquals(0, files.count());
    }
  }
}
