package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipeTest {
  private static final String URI = "--uri s3://data/train/ ";

  @TempDir Path directory;
  private FakeWorld world;

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
  }

  private void wrong(String arguments, String told) {
    assertEquals(2, world.run(("pipe " + arguments).trim().split(" +")), arguments);
    assertTrue(world.err().contains(told), arguments + ": " + world.err());
    assertEquals("", world.out());
    assertNull(world.accessSeen, "nothing is asked of S3");
  }

  @Test
  void theAddressIsWanted() {
    wrong("--stdout", "--uri is missing");
    wrong("--stdout --uri data/train", "--uri: not an object address");
    wrong("--stdout --uri s3:///train", "--uri: not an object address");
    wrong("--stdout --uri http://data/train", "--uri: not an object address");
  }

  @Test
  void eitherAPipeOrStandardOutputIsWanted() {
    wrong(URI, "give either --fifo PATH or --stdout");
    wrong(URI + "--stdout --fifo " + directory.resolve("p"), "give either --fifo PATH or --stdout");
    assertFalse(Files.exists(directory.resolve("p_0")));
  }

  @Test
  void theAddressIsOneKindOfManifestOnly() {
    wrong(URI + "--stdout --manifest --augmented a", "--manifest or --augmented NAMES, not both");
    wrong(URI + "--stdout --gunzip --augmented a", "--gunzip doesn't go with --augmented");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"a,,b", ",a", "a,", ","})
  void anAttributeHasAName(String names) {
    wrong(URI + "--stdout --augmented " + names, "--augmented wants names");
  }

  @ParameterizedTest
  @CsvSource({
    "1",
    "1/1",
    "-1/2",
    "2/2",
    "0/0",
    "a/2",
    "0/b",
    "0/1/2",
    "/",
    "0/",
    "/2",
    "0/99999999999"
  })
  void aShardIsOneOfItsNumber(String shard) {
    wrong(URI + "--stdout --shard=" + shard, "--shard must be I/N");
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "x", "1.5", "2147483648", "99999999999999999999"})
  void epochsAreCounted(String epochs) {
    wrong(URI + "--stdout --epochs=" + epochs, "--epochs must be a whole number");
  }

  @ParameterizedTest
  @CsvSource({"x", "1.5", "9223372036854775808"})
  void aSeedIsANumber(String seed) {
    wrong(URI + "--stdout --shuffle=" + seed, "--shuffle must be a whole number");
  }

  @Test
  void nothingElseIsTaken() {
    wrong(URI + "--stdout more", "'more' is one argument too many");
    wrong(URI + "--stdout --gzip", "--gzip");
  }
}
