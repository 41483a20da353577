package dev.heddle.tests.algorithms.steps;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.algorithms.Digits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * The sample's hosts as processes of this machine, without YARN, each on a tree that is laid out as
 * the contract says. The digits are dealt out among them.
 */
public final class StepsHosts implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int OBJECTS = 6;

  private final StepsSample sample;
  private final Path directory;
  private final int count;
  private final Map<Integer, Process> running = new HashMap<>();
  private final List<Process> feeders = new ArrayList<>();
  private final ObjectMapper json = new ObjectMapper();

  /**
   * @param directory an empty one
   * @param mode File or Pipe
   */
  public StepsHosts(
      StepsSample sample,
      Path directory,
      int count,
      String mode,
      Map<String, String> hyperparameters)
      throws IOException {
    this.sample = sample;
    this.directory = directory;
    this.count = count;
    StringBuilder hostsFile = new StringBuilder("127.0.0.1 localhost\n");
    List<String> names = new ArrayList<>();
    for (int host = 1; host <= count; host++) {
      names.add(name(host));
      hostsFile.append("127.0.78.").append(host).append(' ').append(name(host)).append('\n');
    }
    for (int host = 1; host <= count; host++) {
      Path config = Files.createDirectories(tree(host).resolve("input/config"));
      Files.writeString(tree(host).resolveSibling("hosts"), hostsFile);
      write(config.resolve("hyperparameters.json"), hyperparameters);
      write(
          config.resolve("resourceconfig.json"),
          Map.of("current_host", name(host), "hosts", names));
      write(
          config.resolve("inputdataconfig.json"),
          Map.of("train", Map.of("TrainingInputMode", mode)));
      Path train = Files.createDirectories(tree(host).resolve("input/data/train"));
      if (mode.equals("File")) {
        Files.write(train.resolve("share.csv"), share(host));
      }
    }
  }

  /** The model that one host trains, undisturbed. */
  public static byte[] alone(
      StepsSample sample, Path directory, Map<String, String> hyperparameters)
      throws IOException, InterruptedException {
    try (StepsHosts one = new StepsHosts(sample, directory, 1, "File", hyperparameters)) {
      one.start(1);
      if (one.end(1) != 0) {
        throw new IOException("the sample failed: " + one.log(1, 1));
      }
      return one.model();
    }
  }

  static String name(int host) {
    return "algo-" + host;
  }

  Path tree(int host) {
    return directory.resolve(name(host)).resolve("ml");
  }

  /** The rows that a host gets. */
  byte[] share(int host) {
    Map<String, byte[]> digits = Digits.load().objects();
    StringBuilder rows = new StringBuilder();
    for (int part = host - 1; part < OBJECTS; part += count) {
      rows.append(new String(digits.get("train/part-" + part + ".csv"), StandardCharsets.US_ASCII));
    }
    return rows.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** Feeds a host's pipes, one of these contents each epoch. */
  void feed(int host, List<byte[]> epochs) throws IOException {
    StringBuilder script = new StringBuilder("set -e\n");
    Path data = tree(host).resolve("input/data");
    for (int epoch = 0; epoch < epochs.size(); epoch++) {
      Path content = directory.resolve(name(host) + "-epoch-" + epoch);
      Files.write(content, epochs.get(epoch));
      Path pipe = data.resolve("train_" + epoch);
      script.append("mkfifo '%s'\ncat '%s' > '%s'\n".formatted(pipe, content, pipe));
    }
    feeders.add(new ProcessBuilder("/bin/sh", "-c", script.toString()).inheritIO().start());
  }

  void start(int attempt) throws IOException {
    for (int host = count; host >= 1; host--) {
      start(host, attempt);
    }
  }

  void start(int host, int attempt) throws IOException {
    ProcessBuilder train = new ProcessBuilder(sample.train().toString());
    train.environment().put("SAGEMAKER_BASE_DIR", tree(host).toString());
    train.environment().put("HEDDLE_ATTEMPT", Integer.toString(attempt));
    running.put(
        host,
        train.redirectErrorStream(true).redirectOutput(logFile(host, attempt).toFile()).start());
  }

  private Path logFile(int host, int attempt) {
    return directory.resolve(name(host) + "-attempt-" + attempt + ".log");
  }

  String log(int host, int attempt) throws IOException {
    return Files.exists(logFile(host, attempt)) ? Files.readString(logFile(host, attempt)) : "";
  }

  StepsRun run(int host, int attempt) throws IOException {
    return StepsRun.parse(log(host, attempt).lines().toList()).get(0);
  }

  void awaitLine(int host, int attempt, String part) {
    Awaitility.await(part + " of " + name(host))
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> log(host, attempt).contains(part));
  }

  void kill() throws InterruptedException {
    for (Process process : running.values()) {
      process.destroyForcibly();
    }
    for (Process process : running.values()) {
      process.waitFor();
    }
  }

  void kill(int host) throws InterruptedException {
    running.get(host).destroyForcibly().waitFor();
  }

  void term(int host) {
    running.get(host).destroy();
  }

  /** Its exit code; -1 when it doesn't end. */
  int end(int host) throws InterruptedException {
    return running.get(host).waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        ? running.get(host).exitValue()
        : -1;
  }

  List<Integer> ends() throws InterruptedException {
    List<Integer> codes = new ArrayList<>();
    for (int host = 1; host <= count; host++) {
      codes.add(end(host));
    }
    return codes;
  }

  Path checkpoints(int host, int of) {
    return tree(host).resolve("checkpoints").resolve(name(of));
  }

  /** The names of a host's own checkpoints, in order. */
  List<String> checkpoints(int host) throws IOException {
    try (Stream<Path> files = Files.list(checkpoints(host, host))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Brings every host what every other has saved, as a platform does from one S3 prefix. */
  void shareCheckpoints() throws IOException {
    for (int of = 1; of <= count; of++) {
      for (int host = 1; host <= count; host++) {
        if (host != of && Files.isDirectory(checkpoints(of, of))) {
          Files.createDirectories(checkpoints(host, of));
          for (String name : checkpoints(of)) {
            Files.copy(
                checkpoints(of, of).resolve(name),
                checkpoints(host, of).resolve(name),
                StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
  }

  byte[] model() throws IOException {
    return Files.readAllBytes(tree(1).resolve("model/model.json"));
  }

  String failure(int host) throws IOException {
    return Files.readString(tree(host).resolve("output/failure"));
  }

  private void write(Path file, Object content) throws IOException {
    Files.write(file, json.writeValueAsBytes(content));
  }

  @Override
  public void close() {
    Stream.concat(running.values().stream(), feeders.stream())
        .forEach(
            process -> {
              process.descendants().forEach(ProcessHandle::destroyForcibly);
              process.destroyForcibly();
            });
  }
}
