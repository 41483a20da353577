package dev.heddle.tests.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import dev.heddle.tests.embedded.HostProcesses;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/**
 * A job of the sample {@code steps} that somebody has submitted and waits for.
 *
 * @param directory for what is written about it
 * @param waiting {@code heddle submit --wait}
 */
record ChaosJob(
    EmbeddedCluster cluster,
    HeddleClient client,
    StepsSample sample,
    String name,
    Path directory,
    Process waiting) {
  static final String BUCKET = "chaos";
  static final int HOSTS = 3;

  /** Of the faults that are about it. */
  static final Duration LEASE = Duration.ofSeconds(8);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ROOT = "s3://" + BUCKET + "/";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * @param s3 through which the job reaches S3
   */
  static ChaosJob submit(
      EmbeddedCluster cluster,
      HeddleClient client,
      StepsSample sample,
      URI s3,
      Plan plan,
      Path directory)
      throws IOException {
    String name = "chaos-" + plan.seed();
    Path file = directory.resolve("job.json");
    Files.write(file, JSON.writeValueAsBytes(file(sample, name, plan).json()));
    List<String> command = new ArrayList<>(List.of("submit", "--job", file.toString(), "--wait"));
    for (String setting : settings(s3, plan)) {
      command.addAll(List.of("--conf", setting));
    }
    Process waiting =
        client
            .command(command.toArray(String[]::new))
            .redirectOutput(directory.resolve("client.out").toFile())
            .redirectError(directory.resolve("client.err").toFile())
            .start();
    return new ChaosJob(cluster, client, sample, name, directory, waiting);
  }

  private static JobFile file(StepsSample sample, String name, Plan plan) {
    JobFile file =
        sample.job(name, ROOT + "out").hosts(HOSTS).hyperparameters(plan.mode().hyperparameters());
    String train = ROOT + "digits/train/";
    if (plan.mode() == Mode.PIPE) {
      file.pipe("train", "S3Prefix", train, "ShardedByS3Key")
          .putObject("ShuffleConfig")
          .put("Seed", plan.seed());
    } else {
      file.channel("train", train, "ShardedByS3Key");
    }
    return file.relaunched(ROOT + checkpoints(name), 5);
  }

  private static List<String> settings(URI s3, Plan plan) {
    List<String> settings =
        new ArrayList<>(List.of("heddle.am.max-attempts=6", "heddle.s3.endpoint=" + s3));
    if (plan.triesLease()) {
      settings.add("heddle.agent.heartbeat=500ms");
      settings.add("heddle.agent.suspect-after=2s");
      settings.add("heddle.agent.lease=" + LEASE.toSeconds() + "s");
    }
    return settings;
  }

  static String checkpoints(String name) {
    return "checkpoints/" + name;
  }

  String modelKey() {
    return output() + "model.tar.gz";
  }

  /** The record's last state is kept beside the model. */
  String recordKey() {
    return output() + "job-record.json";
  }

  private String output() {
    return "out/" + name + "/output/";
  }

  Path staging() {
    return cluster.staging().resolve(name);
  }

  /** YARN's id, as soon as there is one. */
  String awaitApplication() throws IOException, InterruptedException {
    Path file = staging().resolve("application");
    Waiting.until(
        name + " is submitted",
        PATIENCE,
        () -> !waiting.isAlive() || (Files.exists(file) && Files.size(file) > 0));
    if (!Files.exists(file)) {
      throw new IOException(
          "heddle submit ended with code "
              + waiting.exitValue()
              + ": "
              + Files.readString(directory.resolve("client.err")));
    }
    return Files.readString(file).strip();
  }

  HostProcesses processes(String application) {
    return new HostProcesses(application, sample.commandLine());
  }

  /** As the ApplicationMaster keeps it; empty before there is one. */
  JsonNode record() throws IOException {
    try {
      return JSON.readTree(staging().resolve("record.json").toFile());
    } catch (NoSuchFileException | java.io.FileNotFoundException e) {
      return MissingNode.getInstance();
    }
  }

  static List<String> statuses(JsonNode record) {
    return StreamSupport.stream(record.path("SecondaryStatusTransitions").spliterator(), false)
        .map(transition -> transition.path("Status").asText())
        .toList();
  }

  static boolean hasEnded(JsonNode record) {
    return List.of("Completed", "Failed", "Stopped")
        .contains(record.path("TrainingJobStatus").asText());
  }

  /**
   * The number and the address of the ApplicationMaster in charge: {@code N HOST:PORT}; empty while
   * a local file system replaces the file.
   */
  Optional<String> master() throws IOException {
    try {
      return Optional.of(Files.readString(staging().resolve("master")).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  String awaitMaster() throws IOException, InterruptedException {
    List<String> seen = new ArrayList<>();
    Waiting.until(
        "an ApplicationMaster's address",
        PATIENCE,
        () -> {
          master().ifPresent(seen::add);
          return !seen.isEmpty();
        });
    return seen.get(0);
  }

  /** {@code heddle describe NAME --json}. */
  JsonNode describe() throws IOException, InterruptedException {
    Path out = directory.resolve("describe.json");
    int code =
        client
            .command("describe", name, "--json")
            .redirectOutput(out.toFile())
            .redirectError(directory.resolve("describe.err").toFile())
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException("heddle describe ended with code " + code);
    }
    try {
      return JSON.readTree(out.toFile());
    } catch (JsonProcessingException e) {
      throw new IOException("heddle describe printed no JSON", e);
    }
  }

  /** The exit code of who waits; -1 when that doesn't end. */
  int awaitClient(Duration patience) throws InterruptedException {
    return waiting.waitFor(patience.toSeconds(), TimeUnit.SECONDS) ? waiting.exitValue() : -1;
  }
}
