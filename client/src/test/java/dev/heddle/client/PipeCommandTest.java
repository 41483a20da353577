package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PipeCommandTest {
  @TempDir Path directory;
  private FakeWorld world;

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
    world.store.with("s3://b/in/1", "warp").with("s3://b/in/2", "weft");
  }

  private String base() {
    return directory.resolve("train").toString();
  }

  private void assertRefused(String message, String... options) {
    List<String> args = new ArrayList<>(List.of("pipe"));
    args.addAll(List.of(options));
    assertEquals(2, world.run(args.toArray(String[]::new)), world.err());
    assertTrue(world.err().contains(message), world.err());
    assertEquals("", world.out());
    assertFalse(Files.exists(Path.of(base() + "_0")), "a pipe was made");
  }

  /** With a place to write to and an address, and options that are wrong. */
  private void assertOptionsRefused(String message, String... options) {
    List<String> args = new ArrayList<>(List.of("--uri", "s3://b/in/", "--fifo", base()));
    args.addAll(List.of(options));
    assertRefused(message, args.toArray(String[]::new));
  }

  @Test
  void whatIsReadAndWhereItGoesMustBeSaid() {
    assertRefused("--uri is missing", "--stdout");
    assertRefused("give either --fifo PATH or --stdout", "--uri", "s3://b/in/");
    assertRefused(
        "give either --fifo PATH or --stdout", "--uri", "s3://b/in/", "--stdout", "--fifo", base());
    assertRefused("--uri: not an object address", "--uri", "/data/in", "--fifo", base());
    assertRefused("--uri: not an object address", "--uri", "https://b/in/", "--fifo", base());
    assertOptionsRefused("'more' is one argument too many", "more");
  }

  @Test
  void optionsThatMeanNothingAreRefused() {
    assertOptionsRefused("--manifest or --augmented", "--manifest", "--augmented", "a");
    assertOptionsRefused("--gunzip doesn't go with", "--gunzip", "--augmented", "a");
    assertOptionsRefused("names with commas between, not a,,b", "--augmented", "a,,b");
    assertOptionsRefused("names with commas between", "--augmented", "");
    assertOptionsRefused("--shuffle must be a whole number, not 'x'", "--shuffle", "x");
    for (String wrong : new String[] {"0", "-1", "1.5", "2147483648", "", "many"}) {
      assertOptionsRefused(
          "--epochs must be a whole number, 1 to 2147483647, not '" + wrong + "'",
          "--epochs",
          wrong);
    }
    for (String wrong : new String[] {"1/1", "-1/2", "0/0", "1", "a/b", "0/1/2", "/", ""}) {
      assertOptionsRefused("--shard must be I/N with I from 0 to N-1", "--shard", wrong);
    }
  }

  @Test
  void aPipeMustHaveANameAndADirectoryThatIsThere() throws Exception {
    for (String wrong : new String[] {"/", ""}) {
      assertRefused(
          "--fifo must be what the pipes' paths begin with, such as /tmp/train, not '"
              + wrong
              + "'",
          "--uri",
          "s3://b/in/",
          "--fifo",
          wrong);
    }
    Path missing = directory.resolve("missing");
    assertRefused(
        "there is no directory " + missing,
        "--uri",
        "s3://b/in/",
        "--fifo",
        missing.resolve("train").toString());
  }

  @Test
  void whatStandsInThePipesPlaceIsNamedAndStays() throws Exception {
    Path file = Files.writeString(Path.of(base() + "_0"), "precious");
    assertEquals(2, world.run("pipe", "--uri", "s3://b/in/", "--fifo", base()));
    assertTrue(world.err().contains("cannot make the named pipe " + file), world.err());
    assertTrue(world.err().contains("exists"), world.err());
    assertFalse(world.err().contains("cluster"), world.err());
    assertEquals("precious", Files.readString(file));
  }

  @Test
  void anEmptyPrefixAndAStoreThatIsAwayAreToldApart() {
    assertRefused("No S3 objects found", "--uri", "s3://b/none/", "--fifo", base());
    world.store.fail("s3://b/in/", Kind.UNREACHABLE);
    assertEquals(4, world.run("pipe", "--uri", "s3://b/in/", "--fifo", base()));
    assertTrue(world.err().contains("UNREACHABLE for s3://b/in/"), world.err());
  }

  private CompletableFuture<Integer> begin(String... options) {
    List<String> args = new ArrayList<>(List.of("pipe", "--uri", "s3://b/in/", "--fifo", base()));
    args.addAll(List.of(options));
    return CompletableFuture.supplyAsync(() -> world.run(args.toArray(String[]::new)));
  }

  /** Reads by a thread of its own: opening a pipe that nobody writes to can't be interrupted. */
  private String read(int epoch, int most) throws Exception {
    Path path = Path.of(base() + "_" + epoch);
    Awaitility.await("pipe " + epoch).until(() -> Files.exists(path));
    return CompletableFuture.supplyAsync(
            () -> {
              try (InputStream in = Files.newInputStream(path)) {
                return new String(in.readNBytes(most), StandardCharsets.UTF_8);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void epochsFlowIntoPipesThatAreGoneAfterwards() throws Exception {
    CompletableFuture<Integer> code = begin("--epochs", "2");
    for (int epoch = 0; epoch < 2; epoch++) {
      assertEquals("warpweft", read(epoch, 100));
    }
    assertEquals(0, code.get(20, TimeUnit.SECONDS), world.err());
    assertTrue(world.err().contains("epoch 1: "), world.err());
    assertFalse(Files.exists(Path.of(base() + "_0")));
    assertFalse(Files.exists(Path.of(base() + "_1")));
    assertFalse(Files.exists(Path.of(base() + "_2")));
  }

  @Test
  void aReaderThatClosesEarlyIsNoError() throws Exception {
    CompletableFuture<Integer> code = begin();
    assertEquals("w", read(0, 1));
    assertEquals(0, code.get(20, TimeUnit.SECONDS), world.err());
  }

  @Test
  void dataThatCannotBeHadEndsTheCommandByItsCause() throws Exception {
    world.store.fail("s3://b/in/2", Kind.CHANGED);
    CompletableFuture<Integer> code = begin();
    String read = read(0, 100);
    assertTrue("warp".startsWith(read), read);
    assertEquals(2, code.get(20, TimeUnit.SECONDS), world.err());
    assertTrue(world.err().contains("heddle: CHANGED for s3://b/in/2"), world.err());
    assertTrue(world.err().contains(", and no further"), world.err());
    assertFalse(Files.exists(Path.of(base() + "_0")));
  }
}
