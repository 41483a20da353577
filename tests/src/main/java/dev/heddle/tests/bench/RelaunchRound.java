package dev.heddle.tests.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.algorithms.steps.StepsRuns;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.ContainerLogs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import dev.heddle.tests.embedded.HostProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One job of the sample {@code steps} that loses something once, and how long it takes until it has
 * started again.
 *
 * @param bucket holds the digits below {@code digits/}
 * @param scratch for job files and the client's output
 */
record RelaunchRound(
    EmbeddedCluster cluster,
    HeddleClient client,
    StepsSample sample,
    String bucket,
    Path scratch,
    int hosts) {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final String VICTIM = "algo-2";

  /** What an agent says then. */
  private static final Pattern FOLLOWS =
      Pattern.compile("^(\\S+),(\\d+) .*: another ApplicationMaster, .* is in charge");

  /** The policy under which the lost host alone starts again; the sample's elastic variant can. */
  private static final String HOST_ALONE = "host";

  /** What is killed. */
  enum Fault {
    ALGORITHM,
    AGENT,
    MASTER;

    String words() {
      return this == MASTER
          ? "ApplicationMaster killed"
          : "one " + name().toLowerCase(Locale.ROOT) + " killed";
    }
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  /**
   * Runs a job until it has lost something and started again.
   *
   * @param name of the job, used once
   * @return seconds from the kill to the first line of the last host that starts again; of the
   *     ApplicationMaster, for which none does, until the last agent reports to the next one
   */
  double seconds(String name, String policy, Fault fault) throws IOException, InterruptedException {
    Path job = scratch.resolve(name + ".json");
    String uri = "s3://" + bucket + "/";
    Files.write(
        job,
        new ObjectMapper()
            .writeValueAsBytes(
                sample
                    .job(name, uri + "out")
                    .hosts(hosts)
                    .hyperparameters(
                        Map.of(
                            "steps", "100000",
                            "step_millis", "100",
                            "checkpoint_interval", "10",
                            "tolerate", Boolean.toString(policy.equals(HOST_ALONE))))
                    .channel("train", uri + "digits/train/", "ShardedByS3Key")
                    .relaunched(uri + "checkpoints/" + name, 3)
                    .json()));
    heddle(
        "submit",
        "--job",
        job.toString(),
        "--conf",
        "heddle.fault.policy=" + policy,
        "--conf",
        "heddle.stop.grace=5s");
    String application = application(name);
    try {
      return measure(name, application, fault, policy.equals(HOST_ALONE) ? 1 : hosts);
    } finally {
      heddle("stop", name);
      // Its hosts are wanted for the next one.
      await("the end of " + name, () -> ended(name));
    }
  }

  /**
   * @param again how many hosts start once more
   */
  private double measure(String name, String application, Fault fault, int again)
      throws IOException, InterruptedException {
    ContainerLogs logs = new ContainerLogs(cluster.nodesDirectory(), application);
    String checkpoints = "checkpoints/" + name + "/";
    await("the training of " + name, () -> StepsRuns.read(logs).training(1) == hosts);
    await("a checkpoint", () -> cluster.s3().keys(bucket, checkpoints).size() >= again);
    HostProcesses processes = new HostProcesses(application, sample.commandLine());
    long victim =
        switch (fault) {
          case AGENT -> processes.agent(VICTIM);
          case ALGORITHM -> processes.algorithm(name, VICTIM);
          case MASTER -> processes.master();
        };
    long killed = ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
    HostProcesses.signal(victim, "KILL");
    if (fault == Fault.MASTER) {
      await("another ApplicationMaster of " + name, () -> followers(logs).size() == hosts);
      int attempts = StepsRuns.read(logs).attempts();
      if (attempts != 1) {
        throw new IOException("attempt " + attempts + " has begun, though nothing is lost");
      }
      return (Collections.max(followers(logs)) - killed) / 1e9;
    }
    await("the next attempt of " + name, () -> StepsRuns.read(logs).hosts(2) == again);
    return (StepsRuns.read(logs).lastStart(2) - killed) / 1e9;
  }

  /** When each agent turned to another ApplicationMaster, in nanoseconds since 1970. */
  private static List<Long> followers(ContainerLogs logs) throws IOException {
    List<Long> times = new ArrayList<>();
    for (String line : logs.lines()) {
      Matcher match = FOLLOWS.matcher(line);
      if (match.find()) {
        Instant time =
            LocalDateTime.parse(match.group(1) + "." + match.group(2))
                .atZone(ZoneId.systemDefault())
                .toInstant();
        times.add(ChronoUnit.NANOS.between(Instant.EPOCH, time));
      }
    }
    return times;
  }

  private void await(String what, Condition condition) throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (!condition.holds()) {
      if (Instant.now().isAfter(deadline)) {
        throw new IOException(what + " did not come within " + PATIENCE.toSeconds() + " s");
      }
      Thread.sleep(BETWEEN_LOOKS.toMillis());
    }
  }

  private String application(String name) throws IOException, InterruptedException {
    String described = heddle("describe", name, "--json");
    return new ObjectMapper().readTree(described).at("/Heddle/ApplicationId").asText();
  }

  private boolean ended(String name) throws IOException, InterruptedException {
    String described = heddle("describe", name, "--json");
    String status = new ObjectMapper().readTree(described).path("TrainingJobStatus").asText();
    return !status.equals("InProgress") && !status.equals("Stopping");
  }

  /** Runs a command of the client to its end, and returns what it printed. */
  private String heddle(String... arguments) throws IOException, InterruptedException {
    Path out = scratch.resolve("client.out");
    Path err = scratch.resolve("client.err");
    int code =
        client
            .command(arguments)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    if (code != 0) {
      List<String> command = new ArrayList<>(List.of("heddle"));
      command.addAll(List.of(arguments));
      throw new IOException(
          String.join(" ", command) + " ended with code " + code + ":\n" + Files.readString(err));
    }
    return Files.readString(out);
  }
}
