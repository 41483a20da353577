package dev.heddle.tests.bench.pipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.tests.bench.s3.Content;
import dev.heddle.tests.bench.s3.ObjectSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunnerTest {
  private static final ObjectSet OBJECTS = new ObjectSet("some/part-", 3, 400_000);

  @TempDir private static Path work;
  private static Programs programs;
  private static ServerProcess server;
  private static Runner runner;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(Tool.onPath("gcc"), "gcc compiles the programs");
    programs = Programs.compile(Path.of("src/main/c").toAbsolutePath(), work.resolve("bin"));
    Path content = work.resolve("content");
    Content.write(content, 1 << 20);
    server =
        ServerProcess.start(
            Condition.A,
            Optional.empty(),
            "bench",
            List.of(OBJECTS),
            content,
            work.resolve("s3.log"));
    runner =
        new Runner(programs, Files.createDirectories(work.resolve("runs")), Optional.of(content));
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private static Source source(Condition condition) {
    return new Source(condition, server.endpoint(), "bench", OBJECTS, Optional.empty());
  }

  /** A contender that runs a shell's line. */
  private record Shell(String line) implements Contender {
    @Override
    public String name() {
      return "shell";
    }

    @Override
    public Kind kind() {
      return Kind.ONE_CONNECTION;
    }

    @Override
    public Amount amount() {
      return Amount.SOME;
    }

    @Override
    public Output output(Source source) {
      return Output.STDOUT;
    }

    @Override
    public Optional<String> version() {
      return Optional.of("any");
    }

    @Override
    public List<String> command(Source source, Path fifo) {
      return List.of("sh", "-c", line);
    }
  }

  @Test
  void aCopyOfAllObjectsIsMeasured() throws Exception {
    Run run = runner.pipe(new Limit(programs.limit()), source(Condition.A));
    assertEquals(OBJECTS.bytes(), run.bytes());
    assertTrue(run.startSeconds() > 0 && run.streamSeconds() > 0, run.toString());
    assertTrue(run.peakMegabytes() > 0, run.toString());
  }

  @Test
  void whatManyConnectionsDropIsCounted() throws Exception {
    Run run = runner.pipe(new Limit(programs.limit()), source(Condition.B));
    assertEquals(OBJECTS.bytes(), run.bytes());
  }

  @Test
  void aContenderThatBringsTooLittleFails() {
    IOException failure =
        assertThrows(
            IOException.class, () -> runner.pipe(new Shell("echo few"), source(Condition.A)));
    assertTrue(
        failure.getMessage().startsWith("shell brought 4 bytes of s3://bench/some/"),
        failure.getMessage());
  }

  @Test
  void aContenderThatBringsOtherBytesFails() {
    IOException failure =
        assertThrows(
            IOException.class,
            () ->
                runner.pipe(
                    new Shell("head -c " + OBJECTS.bytes() + " /dev/zero"), source(Condition.A)));
    assertTrue(failure.getMessage().contains("other bytes"), failure.getMessage());
  }

  @Test
  void aContenderThatFailsIsToldWithWhatItSaid() {
    IOException failure =
        assertThrows(
            IOException.class,
            () -> runner.pipe(new Shell("echo no such luck >&2; exit 7"), source(Condition.A)));
    assertEquals("shell failed with code 7: no such luck", failure.getMessage());
  }

  @Test
  void allProcessesOfAContenderCount() throws Exception {
    // It leaves one behind that goes on to work, and ends itself.
    String line =
        "(i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; head -c "
            + OBJECTS.bytes()
            + " /dev/zero) &";
    Runner unverified = new Runner(programs, work, Optional.empty());
    Run run = unverified.pipe(new Shell(line), source(Condition.A));
    assertTrue(run.cpuSeconds() > 0.01, run.toString());
  }
}
