package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.job.TrainingJobRequest.MetricDefinition;
import dev.heddle.containerlauncher.protocol.MetricValue;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricScannerTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

  @TempDir private Path dir;
  private AlgorithmLogs paths;

  @BeforeEach
  void placeLogs() {
    paths = new AlgorithmLogs(dir);
  }

  @Test
  void theLastValueOfEachMetricOfBothStreamsIsKept() throws Exception {
    append(paths.stdout(), "epoch 1 acc=0.5; loss=2\nepoch 2 acc=0.75;\nnothing\n");
    append(paths.stderr(), "warn: lr=1e-3\n");
    assertEquals(
        List.of(value("acc", 0.75), value("loss", 2), value("lr", 0.001)),
        scan(
            metric("acc", "acc=([0-9.]+);"),
            metric("loss", "loss=(\\S+)"),
            metric("lr", "lr=(\\S+)")));
  }

  @Test
  void theLastMatchWithinALineCounts() throws Exception {
    append(paths.stdout(), "a=1 a=2\n");
    assertEquals(List.of(value("a", 2)), scan(metric("a", "a=(\\d)")));
  }

  @Test
  void aLineWithoutAnEndCountsOnceTheAlgorithmHasEnded() throws Exception {
    append(paths.stdout(), "acc=0.5");
    assertEquals(List.of(value("acc", 0.5)), scan(metric("acc", "acc=(.*)")));
  }

  @Test
  void carriageReturnsEndLines() throws Exception {
    append(paths.stdout(), "\r10% loss=3\r20% loss=2\rdone");
    assertEquals(List.of(value("loss", 2)), scan(metric("loss", "^\\d+% loss=(\\d)$")));
  }

  @Test
  void whatIsNoNumberIsPassedOver() throws Exception {
    append(paths.stdout(), "acc=0.5\nacc=nan\nacc=NaN\nacc=\n");
    assertEquals(List.of(value("acc", 0.5)), scan(metric("acc", "acc=(.*)")));
  }

  @Test
  void definitionsThatCannotWorkDisturbNoOther() throws Exception {
    append(paths.stdout(), "acc=0.5\n");
    assertEquals(
        List.of(value("acc", 0.5)),
        scan(metric("bad", "acc=(["), metric("none", "acc="), metric("acc", "acc=(.*)")));
  }

  @Test
  void aLineThatIsTooLongIsCutAndTheNextOneCounts() throws Exception {
    String endless = "x".repeat(3_000_000);
    append(paths.stdout(), endless + " acc=1\nacc=2\n" + endless + " acc=3");
    assertEquals(List.of(value("acc", 2)), scan(metric("acc", "acc=(\\d)")));
    assertEquals(List.of(value("x", 2)), scan(metric("x", "(?:^|=)(\\d)")));
  }

  @Test
  void aCatastrophicExpressionIsGivenUpAndTheOthersGoOn() throws Exception {
    append(paths.stdout(), ("a".repeat(60) + "!\n").repeat(50) + "acc=0.5\n");
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () ->
            assertEquals(
                List.of(value("acc", 0.5)),
                scan(
                    metric("bad", "(a+)+$"),
                    metric("deep", "((a|b)*)c"),
                    metric("acc", "acc=(.*)"))));
  }

  @Test
  void aGrowingLogIsFollowed() throws Exception {
    try (MetricScanner scanner = scanner(metric("acc", "acc=(\\d)"))) {
      scanner.start(Duration.ofMillis(10));
      append(paths.stdout(), "acc=1\nacc=");
      Awaitility.await().until(() -> scanner.latest().equals(List.of(value("acc", 1))));
      append(paths.stdout(), "2\n");
      Awaitility.await().until(() -> scanner.latest().equals(List.of(value("acc", 2))));
    }
  }

  @Test
  void aHundredMegabytesAreScannedAtFiftyMegabytesASecond() throws Exception {
    byte[] block =
        "2026-11-24 10:00:00 INFO step 1234: nothing of interest happens on this line of the log\n"
            .repeat(12_000)
            .getBytes(StandardCharsets.US_ASCII);
    long bytes = 0;
    try (OutputStream out = Files.newOutputStream(paths.stdout())) {
      for (; bytes < 100_000_000; bytes += block.length) {
        out.write(block);
      }
    }
    append(paths.stdout(), "validation acc=0.5;\n");
    List<MetricPattern> patterns =
        List.of(
            MetricPattern.compile(metric("acc", "acc=([0-9.]+);")),
            MetricPattern.compile(metric("loss", ".*train loss <loss>=(\\S+)")));
    double[] found = new double[1];
    long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    new LogTail(paths::stdout)
        .read(
            true,
            lines -> patterns.forEach(p -> p.last(lines).ifPresent(value -> found[0] = value)));
    double seconds = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before) / 1e9;
    assertEquals(0.5, found[0]);
    assertTrue(bytes / 1e6 / seconds > 50, bytes / 1e6 / seconds + " MB/s");
  }

  private List<MetricValue> scan(MetricDefinition... definitions) throws Exception {
    try (MetricScanner scanner = scanner(definitions)) {
      scanner.finish(Duration.ofSeconds(60));
      return scanner.latest();
    }
  }

  private MetricScanner scanner(MetricDefinition... definitions) {
    return new MetricScanner(List.of(definitions), paths, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static MetricDefinition metric(String name, String regex) {
    return new MetricDefinition(name, regex);
  }

  private static MetricValue value(String name, double value) {
    return new MetricValue(name, value, NOW);
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
