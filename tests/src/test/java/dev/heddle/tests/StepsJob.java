package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.algorithms.steps.StepsRuns;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.ContainerLogs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HostProcesses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** One running job of the sample {@code steps}, that something may be done to. */
record StepsJob(
    EmbeddedCluster cluster, Jobs jobs, StepsSample sample, String name, String application) {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Pattern CHECKPOINT = Pattern.compile(".*/(algo-\\d+)/step-(\\d+)\\.json");

  /** Submits it, with checkpoints and three attempts more than the first. */
  static StepsJob submit(
      EmbeddedCluster cluster,
      Jobs jobs,
      StepsSample sample,
      String name,
      Map<String, String> hyperparameters,
      String... settings)
      throws IOException, InterruptedException {
    Jobs.Outcome outcome =
        jobs.submit(
            sample
                .job(name, jobs.uri("out"))
                .hosts(RelaunchClusterExtension.HOSTS)
                .hyperparameters(hyperparameters)
                .channel("train", jobs.uri("digits/train/"), "ShardedByS3Key")
                .relaunched(jobs.uri("checkpoints/" + name), 3),
            IntStream.range(0, settings.length)
                .boxed()
                .flatMap(i -> List.of("--conf", settings[i]).stream())
                .toArray(String[]::new));
    assertEquals(0, outcome.code(), outcome.toString());
    String application = jobs.describe(name).at("/Heddle/ApplicationId").asText();
    return new StepsJob(cluster, jobs, sample, name, application);
  }

  StepsRuns runs() throws IOException {
    return StepsRuns.read(new ContainerLogs(cluster.nodesDirectory(), application));
  }

  /** The greatest step of which S3 has every host's checkpoint; 0 when there is none. */
  int saved() {
    return cluster.s3().keys("tests", "checkpoints/" + name + "/").stream()
        .map(CHECKPOINT::matcher)
        .filter(Matcher::matches)
        .collect(Collectors.groupingBy(m -> Integer.valueOf(m.group(2)), Collectors.counting()))
        .entrySet()
        .stream()
        .filter(step -> step.getValue() == RelaunchClusterExtension.HOSTS)
        .mapToInt(Map.Entry::getKey)
        .max()
        .orElse(0);
  }

  /** Until S3 has all hosts' checkpoints of a step beyond this one. */
  int awaitSavedBeyond(int step) {
    return Awaitility.await("checkpoints of " + name + " beyond step " + step)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(this::saved, saved -> saved > step);
  }

  /** Until a host has made this step. */
  void awaitStep(int step) {
    Awaitility.await("step " + step + " of " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              StepsRuns runs = runs();
              return IntStream.rangeClosed(1, runs.attempts()).anyMatch(a -> runs.last(a) >= step);
            });
  }

  private HostProcesses processes() {
    return new HostProcesses(application, sample.commandLine());
  }

  void signalAlgorithm(String host, String signal) throws IOException, InterruptedException {
    HostProcesses.signal(processes().algorithm(name, host), signal);
  }

  void signalAgent(String host, String signal) throws IOException, InterruptedException {
    HostProcesses.signal(processes().agent(host), signal);
  }

  /** Until it has completed; its description then. */
  JsonNode awaitCompletion() throws IOException, InterruptedException {
    JsonNode ended = jobs.awaitEnd(name, PATIENCE);
    assertEquals(
        "Completed",
        ended.path("TrainingJobStatus").asText(),
        () -> ended.toPrettyString() + "\n" + log());
    return ended;
  }

  private String log() {
    try {
      return jobs.run("logs", name).out();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  void assertModel(byte[] expected) throws IOException {
    Collection<String> models = jobs.contents("out/" + name + "/output/model.tar.gz").values();
    assertEquals(1, models.size());
    assertArrayEquals(expected, models.iterator().next().getBytes(StandardCharsets.UTF_8));
  }
}
