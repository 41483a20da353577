package dev.heddle.tests.algorithms;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A sample as a process of this machine, on a tree that is laid out as the contract says. */
final class SampleHost {
  private static final long PATIENCE_SECONDS = 60;

  private final List<String> command;
  private final Path directory;
  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, Map<String, String>> channels = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private Map<String, String> hyperparameters = Map.of();
  private int number = 1;
  private int count = 1;
  private String firstAddress = "127.0.79.1";
  private String networkInterface = "lo";

  /**
   * @param directory an empty one
   */
  SampleHost(List<String> command, Path directory) {
    this.command = command;
    this.directory = directory;
  }

  /** {@code train} of a directory of {@code tests/algorithms}. */
  static SampleHost of(String sample, Path directory) {
    return new SampleHost(
        List.of(algorithms().resolve(sample).resolve("train").toString()), directory);
  }

  /** {@code tests/algorithms}. */
  static Path algorithms() {
    return Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("algorithms");
  }

  /** {@code algo-NUMBER} of so many. */
  SampleHost host(int itsNumber, int ofCount) {
    number = itsNumber;
    count = ofCount;
    return this;
  }

  /** What the first host's name resolves to. */
  SampleHost firstAt(String address, String itsInterface) {
    firstAddress = address;
    networkInterface = itsInterface;
    return this;
  }

  SampleHost hyperparameters(Map<String, String> values) {
    hyperparameters = values;
    return this;
  }

  SampleHost environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** A channel and the one file in it. */
  SampleHost channel(String name, String mode, String content) throws IOException {
    channels.put(name, Map.of("TrainingInputMode", mode, "S3DistributionType", "FullyReplicated"));
    return file(name, "data.csv", content);
  }

  /** A channel in Pipe mode; a file of its first epoch's name reads as the FIFO does. */
  SampleHost pipe(String name, String content) throws IOException {
    channels.put(name, Map.of("TrainingInputMode", "Pipe", "S3DistributionType", "ShardedByS3Key"));
    Path data = Files.createDirectories(tree().resolve("input/data"));
    Files.writeString(data.resolve(name + "_0"), content);
    return this;
  }

  /** Another file of a channel. */
  SampleHost file(String channel, String name, String content) throws IOException {
    Path data = Files.createDirectories(tree().resolve("input/data").resolve(channel));
    Files.writeString(data.resolve(name), content);
    return this;
  }

  private Path tree() {
    return directory.resolve("ml");
  }

  /** Runs it, which must fail with exit code 1, and returns what it gave as the reason. */
  String failure() throws IOException, InterruptedException {
    return failure(1);
  }

  /** The same with another exit code. */
  String failure(int code) throws IOException, InterruptedException {
    List<String> names = new ArrayList<>();
    StringBuilder hosts = new StringBuilder(firstAddress + " algo-1\n");
    for (int i = 1; i <= count; i++) {
      names.add("algo-" + i);
      hosts.append("127.0.79.").append(i).append(" algo-").append(i).append('\n');
    }
    Files.createDirectories(tree().resolve("input/config"));
    Files.writeString(directory.resolve("hosts"), hosts);
    config("hyperparameters.json", hyperparameters);
    config("inputdataconfig.json", channels);
    Map<String, Object> resources = new HashMap<>();
    resources.put("current_host", "algo-" + number);
    resources.put("hosts", names);
    resources.put("network_interface_name", networkInterface);
    config("resourceconfig.json", resources);
    ProcessBuilder train = new ProcessBuilder(command);
    train.environment().putAll(environment);
    train.environment().put("SAGEMAKER_BASE_DIR", tree().toString());
    Path log = directory.resolve("log");
    Process process = train.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != code) {
        throw new AssertionError(process + " printed " + Files.readString(log));
      }
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(tree().resolve("output/failure"), StandardCharsets.UTF_8);
  }

  private void config(String name, Object content) throws IOException {
    Files.write(tree().resolve("input/config").resolve(name), json.writeValueAsBytes(content));
  }
}
