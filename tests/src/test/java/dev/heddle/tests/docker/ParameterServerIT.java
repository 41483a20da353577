package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.embedded.ContainerLogs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HostProcesses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sample whose hosts need not all be there. */
@ExtendWith(DockerClusterExtension.class)
class ParameterServerIT {
  private static final String SAMPLE = "parameter-server";
  private static final double BOUND = 0.94;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private Jobs jobs;
  private DockerEngine engine;
  private SampleRuns runs;

  @BeforeEach
  void take(Jobs itsJobs, DockerEngine itsEngine) {
    jobs = itsJobs;
    engine = itsEngine;
    runs = new SampleRuns(itsJobs, itsEngine);
    Digits.load().objects().forEach((key, bytes) -> itsJobs.put("digits/" + key, bytes));
  }

  private void isGood(String sample, SampleRuns.Trained trained) throws Exception {
    double told = trained.metric("validation:accuracy");
    assertTrue(told >= BOUND, trained.described().toString());
    assertEquals(told, runs.score(sample, trained, SampleRuns.heldOutDigits(), "accuracy"), 0.001);
  }

  @ParameterizedTest
  @ValueSource(strings = {"parameter-server", "tensorflow-ps"})
  void itsModelIsAsGoodAsItsReadmeSaysBySecondProcess(String sample) throws Exception {
    isGood(sample, runs.onTheCluster(sample));
  }

  /** The framework's libraries lie on the nodes as they do in the image. */
  @ParameterizedTest
  @CsvSource({
    "parameter-server,mxnet-native-mkl,MXNET_LIBRARY_PATH,libmxnet.so",
    "tensorflow-ps,tensorflow-core-native,TENSORFLOW_LIBRARY_PATH,''"
  })
  void asProcessesItsModelIsAsGood(String sample, String artifact, String variable, String library)
      throws Exception {
    String image = new Images(engine).sample(sample);
    Path libraries = Files.createDirectories(jobs.scratch(artifact));
    String made = engine.run("create", image, "true").output();
    DockerEngine.Outcome copied =
        engine.run("cp", made + ":/usr/local/lib/" + artifact + "/.", libraries.toString());
    assertEquals(0, copied.code(), copied.output());
    engine.run("rm", made);
    ObjectNode job = runs.processJob(sample);
    job.putObject("Environment").put(variable, libraries.resolve(library).toString());
    isGood(sample, runs.completes(job));
  }

  @Test
  void itLosesAWorkerAndThenAServerWhileTheOthersRunOn(EmbeddedCluster cluster) throws Exception {
    String name = "parameter-server-losses";
    ObjectNode job = runs.job(SAMPLE).put("TrainingJobName", name);
    ((ObjectNode) job.get("HyperParameters")).put("steps", "2000").put("step_millis", "50");
    ((ObjectNode) job.get("CheckpointConfig")).put("S3Uri", jobs.uri("checkpoints/" + name));
    job.putObject("RetryStrategy").put("MaximumRetryAttempts", 3);
    Jobs.Outcome begun = runs.begin(job, "--conf", "heddle.fault.policy=host");
    assertEquals(0, begun.code(), begun.toString());
    String application = jobs.describe(name).at("/Heddle/ApplicationId").asText();
    ContainerLogs logs = new ContainerLogs(cluster.nodesDirectory(), application);
    HostProcesses processes =
        new HostProcesses(application, "/usr/bin/python3 /usr/local/bin/train");
    awaitLine(logs, "step=2[0-9][0-9] .* on algo-3");
    HostProcesses.signal(processes.agent("algo-3"), "KILL");
    awaitLine(logs, "the others go on without the worker of algo-3");
    awaitLine(logs, "algo-3 comes into round 1");
    HostProcesses.signal(processes.algorithm(name, "algo-2"), "KILL");
    awaitLine(logs, "round 2 begins from step=[1-9][0-9]*: 3 workers");
    isGood(SAMPLE, runs.trained(jobs.awaitEnd(name, PATIENCE)));
    String first = jobs.run("logs", name, "--host", "algo-1").out();
    assertTrue(first.contains("round 1 begins") && first.contains("round 2 begins"), first);
    assertFalse(first.contains("TERM"), first);
  }

  private static void awaitLine(ContainerLogs logs, String part) {
    Pattern wanted = Pattern.compile(part);
    Awaitility.await(part)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> logs.lines().stream().anyMatch(wanted.asPredicate()));
  }
}
