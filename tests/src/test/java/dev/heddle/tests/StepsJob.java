package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.algorithms.steps.StepsRuns;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.ContainerLogs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HostProcesses;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.yarn.api.records.ApplicationAttemptReport;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.awaitility.Awaitility;

/** One running job of the sample {@code steps}, that something may be done to. */
public record StepsJob(
    EmbeddedCluster cluster,
    Jobs jobs,
    StepsSample sample,
    String name,
    int hosts,
    String application) {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Pattern CHECKPOINT = Pattern.compile(".*/(algo-\\d+)/step-(\\d+)\\.json");

  /** Submits it, with checkpoints and three attempts more than the first. */
  static StepsJob submit(
      EmbeddedCluster cluster,
      Jobs jobs,
      StepsSample sample,
      String name,
      int hosts,
      Map<String, String> hyperparameters,
      String... settings)
      throws IOException, InterruptedException {
    Jobs.Outcome outcome =
        jobs.submit(
            file(jobs, sample, name, hosts, hyperparameters),
            IntStream.range(0, settings.length)
                .boxed()
                .flatMap(i -> List.of("--conf", settings[i]).stream())
                .toArray(String[]::new));
    assertEquals(0, outcome.code(), outcome.toString());
    String application = jobs.describe(name).at("/Heddle/ApplicationId").asText();
    return new StepsJob(cluster, jobs, sample, name, hosts, application);
  }

  /** Submits it with {@code --wait}; what comes of that is given to {@code waiting}. */
  static StepsJob submitAndWait(
      EmbeddedCluster cluster,
      Jobs jobs,
      StepsSample sample,
      String name,
      int hosts,
      Map<String, String> hyperparameters,
      CompletableFuture<Jobs.Outcome> waiting) {
    JobFile file = file(jobs, sample, name, hosts, hyperparameters);
    waiting.completeAsync(
        () -> {
          try {
            return jobs.submitAndWait(file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    String application =
        Awaitility.await(name + " is submitted")
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(
                () -> jobs.describe(name).at("/Heddle/ApplicationId").asText(),
                id -> !id.isEmpty());
    return new StepsJob(cluster, jobs, sample, name, hosts, application);
  }

  private static JobFile file(
      Jobs jobs, StepsSample sample, String name, int hosts, Map<String, String> hyperparameters) {
    return sample
        .job(name, jobs.uri("out"))
        .hosts(hosts)
        .hyperparameters(hyperparameters)
        .channel("train", jobs.uri("digits/train/"), "ShardedByS3Key")
        .relaunched(jobs.uri("checkpoints/" + name), 3);
  }

  private ContainerLogs logs() {
    return new ContainerLogs(cluster.nodesDirectory(), application);
  }

  public StepsRuns runs() throws IOException {
    return StepsRuns.read(logs());
  }

  /** The greatest step of which S3 has every host's checkpoint; 0 when there is none. */
  public int saved() {
    return cluster.s3().keys("tests", "checkpoints/" + name + "/").stream()
        .map(CHECKPOINT::matcher)
        .filter(Matcher::matches)
        .collect(Collectors.groupingBy(m -> Integer.valueOf(m.group(2)), Collectors.counting()))
        .entrySet()
        .stream()
        .filter(step -> step.getValue() == hosts)
        .mapToInt(Map.Entry::getKey)
        .max()
        .orElse(0);
  }

  /** Until S3 has all hosts' checkpoints of a step. */
  public void awaitSaved() {
    Awaitility.await("checkpoints of " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> saved() > 0);
  }

  /** Until a host has printed this. */
  void awaitLine(String part) {
    Awaitility.await(part + " of " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> logs().lines().stream().anyMatch(line -> line.contains(part)));
  }

  /** Until every host has made a step. */
  public void awaitTraining() {
    Awaitility.await("every host of " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> runs().training(1) == hosts);
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

  public void signalAlgorithm(String host, String signal) throws IOException, InterruptedException {
    HostProcesses.signal(processes().algorithm(name, host), signal);
  }

  void signalMaster(String signal) throws IOException, InterruptedException {
    HostProcesses.signal(processes().master(), signal);
  }

  void signalAgent(String host, String signal) throws IOException, InterruptedException {
    HostProcesses.signal(processes().agent(host), signal);
  }

  /** Where its hosts are. */
  public Set<String> nodes() throws IOException, InterruptedException {
    Set<String> nodes = new TreeSet<>();
    for (JsonNode host : jobs.describe(name).at("/Heddle/Hosts")) {
      nodes.add(host.path("Node").asText());
    }
    return nodes;
  }

  /** Where its ApplicationMaster is. */
  public String masterNode() throws IOException {
    try (YarnClient yarn = YarnClient.createYarnClient()) {
      yarn.init(cluster.configuration());
      yarn.start();
      ApplicationAttemptReport attempt =
          yarn.getApplicationAttempts(ApplicationId.fromString(application)).get(0);
      return yarn.getContainerReport(attempt.getAMContainerId()).getAssignedNode().toString();
    } catch (YarnException e) {
      throw new IOException(e);
    }
  }

  /** Until the ResourceManager knows its ApplicationMaster, which still has work to do. */
  void awaitRegistered() throws IOException {
    assertEquals(
        YarnApplicationState.RUNNING,
        awaitState(YarnApplicationState.RUNNING),
        "of the job while it trains");
  }

  /** Until its ApplicationMaster has told the ResourceManager that it is done. */
  void awaitUnregistered() throws IOException {
    assertEquals(
        YarnApplicationState.FINISHED, awaitState(YarnApplicationState.FINISHED), "of " + name);
  }

  /** The state when it is this one, or a later one. */
  private YarnApplicationState awaitState(YarnApplicationState wanted) throws IOException {
    try (YarnClient yarn = YarnClient.createYarnClient()) {
      yarn.init(cluster.configuration());
      yarn.start();
      return Awaitility.await("the ApplicationMaster of " + name)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(
              () ->
                  yarn.getApplicationReport(ApplicationId.fromString(application))
                      .getYarnApplicationState(),
              now -> now.compareTo(wanted) >= 0);
    }
  }

  /** Until all hosts train in this attempt. */
  void awaitAttempt(int attempt) {
    Awaitility.await("attempt " + attempt + " of " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> runs().training(attempt) == hosts);
  }

  /** Until there is one agent of this host, and not the one that it replaces, too. */
  void awaitOneAgent(String host) {
    Awaitility.await("one agent of " + host)
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> processes().agent(host) > 0);
  }

  /** Which of its hosts is there. */
  String hostOn(String node) throws IOException, InterruptedException {
    for (JsonNode host : jobs.describe(name).at("/Heddle/Hosts")) {
      if (host.path("Node").asText().equals(node)) {
        return host.path("Name").asText();
      }
    }
    throw new IOException("no host of " + name + " is on " + node);
  }

  public JsonNode awaitEnd() {
    return jobs.awaitEnd(name, PATIENCE);
  }

  /** Until it has completed; its description then. */
  public JsonNode awaitCompletion() {
    JsonNode ended = awaitEnd();
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

  private String model() throws IOException {
    Map<String, String> files = jobs.contents("out/" + name + "/output/model.tar.gz");
    assertEquals(Set.of("model.json"), files.keySet());
    return files.get("model.json");
  }

  void assertModel(byte[] expected) throws IOException {
    assertEquals(new String(expected, StandardCharsets.UTF_8), model());
  }

  /** That the model is made of so many steps. */
  void assertSteps(int steps) throws IOException {
    assertEquals(steps, new ObjectMapper().readTree(model()).path("steps").asInt());
  }
}
