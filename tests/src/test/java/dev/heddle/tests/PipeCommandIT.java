package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.FaultProxy;
import dev.heddle.pipemode.SyntheticS3;
import dev.heddle.tests.embedded.ClassPath;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code heddle pipe} as a process, where there is S3 and no cluster. */
@Timeout(120)
class PipeCommandIT {
  private static final long MIB = 1 << 20;
  private static final int SMALL = 12;

  private static SyntheticS3 server;
  private static String allSum;
  private static long allBytes;

  @TempDir private Path scratch;

  @BeforeAll
  static void serve() throws IOException {
    server = SyntheticS3.start("data");
    put("all/0-empty", 0);
    put("all/1-large", 900_000_001);
    for (int i = 0; i < 20; i++) {
      put("all/2-part-" + i, 40_000_000);
    }
    for (int i = 0; i < 30; i++) {
      put("all/3-slab-" + i, 8 * MIB + i % 3 - 1);
    }
    for (int i = 0; i < 400; i++) {
      put("all/4-small-" + i, new long[] {1, 4096, 0, 131_072, 1_000_003}[i % 5]);
    }
    for (int i = 0; i < SMALL; i++) {
      server.put("few/" + i, 100_000 + i);
    }
    server.pageSize(100);
    allSum = server.sha256("all/");
    assertTrue(allBytes > 2_000_000_000, "too little to tell: " + allBytes);
  }

  private static void put(String key, long size) {
    server.put(key, size);
    allBytes += size;
  }

  @AfterAll
  static void end() throws IOException {
    server.close();
  }

  @BeforeEach
  @AfterEach
  void serveWell() {
    server.behave(SyntheticS3.Manner.FAST);
    server.expireKeys(false);
  }

  /** As the {@code heddle} script starts it, where no Hadoop is configured. */
  private Process start(URI endpoint, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms24m",
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=1g",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + scratch,
                "-cp",
                Stream.concat(
                        Stream.of(System.getProperty("heddle.jar")),
                        Stream.of("hadoop-client-api", "hadoop-client-runtime", "commons-logging")
                            .map(artifact -> ClassPath.jar(artifact).getPath()))
                    .collect(Collectors.joining(File.pathSeparator)),
                "dev.heddle.client.Main",
                "pipe"));
    command.addAll(List.of(arguments));
    ProcessBuilder process =
        new ProcessBuilder(command).redirectError(scratch.resolve("err").toFile());
    // Whoever runs the tests may have keys, a region and profiles of their own.
    process.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    process.environment().remove("HADOOP_CONF_DIR");
    process.environment().put("HOME", scratch.toString());
    process.environment().put("LC_ALL", "C");
    process.environment().putAll(server.environment(endpoint));
    return process.start();
  }

  /** What a command printed, and how it ended. */
  private record Outcome(int code, String sum, long bytes, String err) {}

  private Outcome run(URI endpoint, String... arguments) throws Exception {
    Process process = start(endpoint, arguments);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      long bytes = drain(process.getInputStream(), digest);
      return new Outcome(
          process.waitFor(), HexFormat.of().formatHex(digest.digest()), bytes, errors());
    } finally {
      process.destroyForcibly();
    }
  }

  private static long drain(InputStream in, MessageDigest digest) throws IOException {
    byte[] buffer = new byte[1 << 18];
    long bytes = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      digest.update(buffer, 0, n);
      bytes += n;
    }
    return bytes;
  }

  private String errors() throws IOException {
    return Files.readString(scratch.resolve("err"));
  }

  private void assertStreamsAll(URI endpoint) throws Exception {
    Outcome outcome = run(endpoint, "--uri", "s3://data/all/", "--stdout");
    assertEquals(0, outcome.code(), outcome.err());
    assertEquals(allBytes, outcome.bytes(), outcome.err());
    assertEquals(allSum, outcome.sum(), outcome.err());
  }

  @Test
  void everyByteOfTwoGigabytesComesInOrder() throws Exception {
    assertStreamsAll(server.endpoint());
  }

  @Test
  void everyByteComesFromFarAway() throws Exception {
    server.behave(new SyntheticS3.Manner(Duration.ofMillis(30), 90_000_000));
    assertStreamsAll(server.endpoint());
  }

  @Test
  void everyByteComesThroughAFailingNetwork() throws Exception {
    try (FaultProxy proxy = FaultProxy.start(server.endpoint(), 2)) {
      assertStreamsAll(proxy.endpoint());
      String faults =
          String.format(
              "%d requests, %d dropped, %d refused, %d truncated",
              proxy.requests(), proxy.dropped(), proxy.refused(), proxy.truncated());
      assertTrue(proxy.dropped() > 0, faults);
      assertTrue(proxy.refused() > 0, faults);
      assertTrue(proxy.truncated() > 0, faults);
    }
  }

  @Test
  void eachEpochFlowsInAPipeOfItsOwnAndInAnOrderOfItsOwn() throws Exception {
    Path base = scratch.resolve("train");
    List<String> orders = new ArrayList<>();
    Process process =
        start(
            server.endpoint(),
            "--uri",
            "s3://data/few/",
            "--shuffle",
            "7",
            "--epochs",
            "2",
            "--fifo",
            base.toString());
    try {
      for (int epoch = 0; epoch < 2; epoch++) {
        Path fifo = Path.of(base + "_" + epoch);
        Awaitility.await("the pipe of epoch " + epoch)
            .atMost(Duration.ofSeconds(20))
            .until(() -> Files.exists(fifo) || !process.isAlive());
        assertTrue(Files.exists(fifo), errors());
        assertFalse(Files.isRegularFile(fifo), "a file and no pipe");
        orders.add(order(Files.readAllBytes(fifo)));
      }
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "still runs after both epochs");
    } finally {
      process.destroyForcibly();
    }
    assertEquals(0, process.exitValue(), errors());
    assertNotEquals(orders.get(0), orders.get(1));
    assertLeavesNothing();
  }

  /** The numbers of the objects of which the bytes consist; each of them is there once. */
  private static String order(byte[] bytes) {
    List<Integer> order = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int next = -1;
      for (int i = 0; i < SMALL; i++) {
        byte[] object = server.bytes("few/" + i, 0, 100_000 + i);
        if (!order.contains(i)
            && at + object.length <= bytes.length
            && Arrays.equals(bytes, at, at + object.length, object, 0, object.length)) {
          next = i;
        }
      }
      assertNotEquals(-1, next, "no object's bytes at " + at + ", after " + order);
      order.add(next);
      at += 100_000 + next;
    }
    assertEquals(SMALL, order.size(), "of the objects came only " + order);
    return order.toString();
  }

  private void assertRefuses(int code, String message, String... arguments) throws Exception {
    Outcome outcome = run(server.endpoint(), arguments);
    assertTrue(outcome.err().contains(message), outcome.err());
    assertEquals(code, outcome.code(), outcome.err());
    assertEquals(0, outcome.bytes(), "standard output is for data alone");
    assertFalse(outcome.err().contains("\tat "), "a stack trace: " + outcome.err());
  }

  @Test
  void aMissingBucketAndAnEmptyPrefixAreNamed() throws Exception {
    assertRefuses(
        2,
        "No S3 objects found under S3 URL \"s3://elsewhere/all/\"",
        "--uri",
        "s3://elsewhere/all/",
        "--stdout");
    assertRefuses(
        2,
        "No S3 objects found under S3 URL \"s3://data/none/\"",
        "--uri",
        "s3://data/none/",
        "--stdout");
  }

  @Test
  void wrongUsageIsToldAndNothingIsMade() throws Exception {
    Path base = scratch.resolve("train");
    assertRefuses(
        2,
        "give either --fifo PATH or --stdout",
        "--uri",
        "s3://data/few/",
        "--stdout",
        "--fifo",
        base.toString());
    assertRefuses(2, "give either --fifo PATH or --stdout", "--uri", "s3://data/few/");
    assertRefuses(
        2,
        "--shard must be I/N with I from 0 to N-1, not '3/3'",
        "--uri",
        "s3://data/few/",
        "--stdout",
        "--shard",
        "3/3");
    assertFalse(Files.exists(Path.of(base + "_0")));
  }

  @Test
  void expiredCredentialsAreToldAtOnce() throws Exception {
    server.expireKeys(true);
    assertRefuses(2, "ExpiredToken", "--uri", "s3://data/few/", "--stdout");
    assertTrue(errors().contains("Check the credentials"), errors());
  }

  private void assertLeavesNothing() throws IOException {
    try (Stream<Path> left = Files.list(scratch)) {
      assertEquals(List.of(), left.filter(file -> !file.endsWith("err")).toList());
    }
  }

  private Path awaitPipe(Process process, Path base) {
    Path fifo = Path.of(base + "_0");
    Awaitility.await("the pipe")
        .atMost(Duration.ofSeconds(20))
        .until(() -> Files.exists(fifo) || !process.isAlive());
    return fifo;
  }

  @Test
  void aReaderOfStandardOutputMayStopWhenItHasEnough() throws Exception {
    Process process = start(server.endpoint(), "--uri", "s3://data/all/1", "--stdout");
    try {
      try (InputStream in = process.getInputStream()) {
        assertEquals(server.bytes("all/1-large", 0, 1)[0], (byte) in.read());
      }
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "still runs without a reader");
      assertEquals(0, process.exitValue(), errors());
      assertTrue(errors().contains(", the reader closed early"), errors());
      assertLeavesNothing();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aSignalEndsItAtOnceAndRemovesThePipe() throws Exception {
    Path base = scratch.resolve("train");
    Process process =
        start(server.endpoint(), "--uri", "s3://data/few/", "--fifo", base.toString());
    try {
      assertTrue(Files.exists(awaitPipe(process, base)), errors());
      process.destroy();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "a signal doesn't end it");
      assertEquals(128 + 15, process.exitValue());
      assertLeavesNothing();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aSignalEndsItInTheMiddleOfAnEpoch() throws Exception {
    Path base = scratch.resolve("train");
    Process process =
        start(server.endpoint(), "--uri", "s3://data/all/1", "--fifo", base.toString());
    try {
      Path fifo = awaitPipe(process, base);
      assertTrue(Files.exists(fifo), errors());
      try (InputStream in = Files.newInputStream(fifo)) {
        in.readNBytes(1000);
        process.destroy();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "a signal doesn't end it");
      }
      assertEquals(128 + 15, process.exitValue());
      assertLeavesNothing();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void keysThatExpireInTheMiddleEndItWithTheObjectsName() throws Exception {
    Path base = scratch.resolve("train");
    Process process =
        start(server.endpoint(), "--uri", "s3://data/all/1", "--fifo", base.toString());
    try {
      Path fifo = awaitPipe(process, base);
      assertTrue(Files.exists(fifo), errors());
      try (InputStream in = Files.newInputStream(fifo)) {
        in.readNBytes(1000);
        server.expireKeys(true);
        drain(in, MessageDigest.getInstance("SHA-256"));
      }
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "still runs without data");
      assertEquals(2, process.exitValue(), errors());
      assertTrue(errors().contains("heddle: Could not read s3://data/all/1-large"), errors());
      assertTrue(errors().contains("ExpiredToken"), errors());
      assertTrue(errors().contains("Check the credentials"), errors());
      assertLeavesNothing();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void whatIsOnThisMachineIsNotBlamedOnACluster() throws Exception {
    Path base = scratch.resolve("train");
    Path file = Files.writeString(Path.of(base + "_0"), "precious");
    assertRefuses(
        2,
        "cannot make the named pipe " + file,
        "--uri",
        "s3://data/few/",
        "--fifo",
        base.toString());
    assertEquals("precious", Files.readString(file));
    assertFalse(errors().contains("cluster"), errors());
    Path missing = scratch.resolve("missing");
    assertRefuses(
        2,
        "--fifo: there is no directory " + missing,
        "--uri",
        "s3://data/few/",
        "--fifo",
        missing.resolve("train").toString());
  }
}
