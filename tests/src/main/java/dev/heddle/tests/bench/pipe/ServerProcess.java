package dev.heddle.tests.bench.pipe;

import dev.heddle.tests.bench.s3.ObjectSet;
import dev.heddle.tests.bench.s3.Serve;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The S3 server, which has a process to itself. */
final class ServerProcess implements Closeable {
  private static final String READY = "ready ";

  private final Process process;
  private final URI endpoint;

  private ServerProcess(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * @param content what the objects are slices of
   * @param log gets what it complains of
   */
  static ServerProcess start(
      Condition condition,
      Optional<Tls> tls,
      String bucket,
      Collection<ObjectSet> sets,
      Path content,
      Path log)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:+UseSerialGC", "-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            Serve.class.getName(),
            "--bucket",
            bucket,
            "--content",
            content.toString(),
            "--sets",
            sets.stream().map(ObjectSet::text).collect(Collectors.joining(",")),
            "--delay-ms",
            Integer.toString(condition.delayMillis()),
            "--mb-per-second",
            Integer.toString(condition.megabytesPerSecond())));
    tls.ifPresent(
        t ->
            command.addAll(
                List.of("--key-store", t.keyStore().toString(), "--password", Tls.PASSWORD)));
    File errors = log.toFile();
    Process process = new ProcessBuilder(command).redirectError(errors).start();
    String line =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (line == null || !line.startsWith(READY)) {
      process.destroyForcibly();
      throw new IOException("the S3 server didn't start: " + Tool.tail(log).strip());
    }
    return new ServerProcess(process, URI.create(line.substring(READY.length())));
  }

  URI endpoint() {
    return endpoint;
  }

  /** Ends it, by its standard input's end. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }
}
