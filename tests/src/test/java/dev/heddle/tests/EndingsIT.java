package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** However a job ends: its status, its reason and what remains of it. */
@ExtendWith(ClusterExtension.class)
class EndingsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final List<Gate> gates = new ArrayList<>();

  private Gate gate(Jobs jobs, String name) throws IOException {
    Gate gate = new Gate(jobs.scratch(name));
    gates.add(gate);
    return gate;
  }

  /** A test that failed must not leave its hosts occupied. */
  @AfterEach
  void openGates() throws IOException {
    for (Gate gate : gates) {
      gate.open();
    }
  }

  private static String reason(JsonNode job) {
    return job.path("FailureReason").asText();
  }

  private static String status(JsonNode job) {
    return job.path("TrainingJobStatus").asText();
  }

  private static List<String> history(JsonNode job) {
    return job.path("SecondaryStatusTransitions").findValuesAsText("Status");
  }

  /** Submits without waiting, and waits until the algorithm stands at the gate. */
  private static void start(Jobs jobs, JobFile job, Gate gate, String... options)
      throws IOException, InterruptedException {
    Jobs.Outcome outcome = jobs.submit(job, options);
    assertEquals(0, outcome.code(), outcome.toString());
    Awaitility.await("the algorithm runs").atMost(PATIENCE).until(gate::reached);
  }

  @Test
  void everyHostsFilesAreInTheOneModelAndTheOneOutput(Jobs jobs) throws Exception {
    String script =
        """
        host=$(sed 's/.*"current_host":"\\([^"]*\\)".*/\\1/' /opt/ml/input/config/resourceconfig.json)
        echo $host > /opt/ml/model/$host.txt
        mkdir -p /opt/ml/output/data/deep && echo $host > /opt/ml/output/data/deep/$host
        [ $host = algo-2 ] && head -c 12000000 /dev/urandom > /opt/ml/model/large.bin
        exit 0
        """;
    assertEquals(
        0, jobs.submitAndWait(jobs.job("merged", jobs.image("merged", script)).hosts(3)).code());
    List<String> model = jobs.members("out/merged/output/model.tar.gz");
    assertTrue(
        model.containsAll(List.of("algo-1.txt", "algo-2.txt", "algo-3.txt", "large.bin")),
        model.toString());
    List<String> output = jobs.members("out/merged/output/output.tar.gz");
    assertTrue(
        output.containsAll(List.of("deep/algo-1", "deep/algo-2", "deep/algo-3")),
        output.toString());
    assertEquals(
        List.of(
            "out/merged/output/job-record.json",
            "out/merged/output/model.tar.gz",
            "out/merged/output/output.tar.gz"),
        jobs.awaitKeys("out/merged/", 3));
  }

  @Test
  void aFailedJobsFilesAreUploadedAndItsOwnWordsAreTheReason(Jobs jobs) throws Exception {
    String script =
        """
        echo half > /opt/ml/model/half.txt
        printf 'ÄÖ the loss is not a number' > /opt/ml/output/failure
        exit 3
        """;
    Jobs.Outcome outcome = jobs.submitAndWait(jobs.job("exit-3", jobs.image("exit-3", script)));
    assertEquals(1, outcome.code(), outcome.toString());
    JsonNode job = jobs.describe("exit-3");
    assertTrue(reason(job).startsWith("AlgorithmError: ÄÖ the loss is not a number"), reason(job));
    assertTrue(reason(job).contains("algo-1") && reason(job).contains("exit code 3"), reason(job));
    assertEquals(List.of("Starting", "Training", "Uploading", "Failed"), history(job));
    assertEquals(List.of("half.txt"), jobs.members("out/exit-3/output/model.tar.gz"));
  }

  @Test
  void anAlgorithmKilledFromOutsideTellsItsSignal(Jobs jobs) throws Exception {
    Gate gate = gate(jobs, "killed-gate");
    Path image = jobs.image("killed", gate.script());
    start(jobs, jobs.job("killed", image), gate, "--conf", "heddle.restart.platform-attempts=0");
    String line = "/bin/sh " + image.resolve("train");
    var algorithm = Processes.matching(line::equals);
    assertEquals(1, algorithm.size(), algorithm.toString());
    Processes.kill(algorithm.get(0).pid());
    JsonNode job = jobs.awaitEnd("killed", PATIENCE);
    assertTrue(
        reason(job)
            .startsWith("InternalServerError: the algorithm was killed from outside (SIGKILL)"),
        reason(job));
  }

  @Test
  void aJobThatWritesNoModelCompletesWithoutAnObject(Jobs jobs) throws Exception {
    assertEquals(
        0, jobs.submitAndWait(jobs.job("no-model", jobs.image("no-model", "exit 0\n"))).code());
    assertEquals(List.of("Starting", "Training", "Completed"), history(jobs.describe("no-model")));
    assertEquals(
        List.of("out/no-model/output/job-record.json"), jobs.awaitKeys("out/no-model/", 1));
  }

  @Test
  void whatIsSavedAfterTermIsInTheModelOfAStoppedJob(Jobs jobs) throws Exception {
    Gate gate = gate(jobs, "saves-gate");
    String script =
        "trap 'sleep 2; echo saved > /opt/ml/model/saved.txt; exit 5' TERM\n" + gate.script();
    start(jobs, jobs.job("saves", jobs.image("saves", script)), gate);
    assertEquals(0, jobs.run("stop", "saves").code());
    JsonNode job = jobs.awaitEnd("saves", PATIENCE);
    assertEquals("Stopped", status(job));
    assertEquals(List.of("Starting", "Training", "Stopping", "Uploading", "Stopped"), history(job));
    assertEquals(List.of("saved.txt"), jobs.members("out/saves/output/model.tar.gz"));
    Jobs.Outcome again = jobs.run("stop", "saves");
    assertEquals(2, again.code(), again.toString());
    assertTrue(again.err().contains("is in status Stopped"), again.err());
  }

  @Test
  void anAlgorithmThatIgnoresTermIsKilledAfterTheGrace(Jobs jobs) throws Exception {
    Gate gate = gate(jobs, "deaf-gate");
    Path image = jobs.image("deaf", "trap '' TERM\n" + gate.script());
    start(jobs, jobs.job("deaf", image), gate, "--conf", "heddle.stop.grace=3s");
    assertEquals(0, jobs.run("stop", "deaf").code());
    JsonNode job = jobs.awaitEnd("deaf", PATIENCE);
    assertEquals("Stopped", status(job));
    assertEquals(137, job.path("Heddle").path("Hosts").path(0).path("ExitCode").asInt());
    String line = image.resolve("train").toString();
    assertEquals(List.of(), Processes.matching(l -> l.contains(line)));
  }

  @Test
  void aJobPastItsTimeLimitIsStopped(Jobs jobs) throws Exception {
    Gate gate = gate(jobs, "late-gate");
    Jobs.Outcome outcome =
        jobs.submitAndWait(
            jobs.job("late", jobs.image("late", "trap 'exit 0' TERM\n" + gate.script()))
                .maxRuntime(6));
    assertEquals(3, outcome.code(), outcome.toString());
    assertEquals(
        List.of("Starting", "Training", "Stopping", "MaxRuntimeExceeded"),
        history(jobs.describe("late")));
  }

  @Test
  void nothingThatAnAlgorithmStartedOutlivesIt(Jobs jobs) throws Exception {
    String script = "setsid sleep 987654 & (sleep 987653 &) ; sleep 0.2; exit 0\n";
    assertEquals(
        0, jobs.submitAndWait(jobs.job("children", jobs.image("children", script))).code());
    assertEquals(List.of(), Processes.matching(line -> line.contains("sleep 98765")));
  }

  @Test
  void anAlgorithmDiesWithItsAgent(Jobs jobs) throws Exception {
    Gate gate = gate(jobs, "orphan-gate");
    Path image = jobs.image("orphan", gate.script());
    // The other host's shell hears no TERM.
    start(
        jobs,
        jobs.job("orphan", image).hosts(2),
        gate,
        "--conf",
        "heddle.stop.grace=2s",
        "--conf",
        "heddle.restart.platform-attempts=0");
    String container =
        jobs.describe("orphan").path("Heddle").path("Hosts").path(1).path("Container").asText();
    var agents =
        Processes.matching(line -> line.contains("AgentMain --host algo-2")).stream()
            .filter(p -> p.commandLine().contains("/bin/java"))
            .filter(p -> Processes.environment(p.pid()).contains("CONTAINER_ID=" + container))
            .filter(p -> !p.commandLine().startsWith("/bin/bash"))
            .toList();
    assertEquals(1, agents.size(), agents.toString());
    Processes.kill(agents.get(0).pid());
    JsonNode job = jobs.awaitEnd("orphan", PATIENCE);
    assertEquals("Failed", status(job));
    assertTrue(reason(job).startsWith("InternalServerError: "), reason(job));
    assertTrue(reason(job).contains("algo-2") && reason(job).contains("137"), reason(job));
    String line = image.resolve("train").toString();
    Awaitility.await("every algorithm has ended")
        .atMost(PATIENCE)
        .until(() -> Processes.matching(l -> l.contains(line)).isEmpty());
  }

  @Test
  void aHundredMegabytesOfLogAreKeptAndSearchedForMetrics(Jobs jobs) throws Exception {
    String script =
        "yes 'a line of log that says nothing' | head -c 100000000; echo; echo 'acc=0.75;'\n";
    assertEquals(
        0,
        jobs.submitAndWait(
                jobs.job("chatty", jobs.image("chatty", script)).metric("acc", "acc=([0-9.]+);"))
            .code());
    JsonNode job = jobs.describe("chatty");
    assertEquals(0.75, job.path("FinalMetricDataList").path(0).path("Value").asDouble());
    Path log = jobs.scratch("chatty.log");
    assertEquals(0, jobs.runTo(log, "logs", "chatty", "--host", "algo-1"));
    long size = Files.size(log);
    assertTrue(size >= 100_000_011 && size < 100_010_000, "the log has " + size + " bytes");
  }

  @Test
  void aDownloadThatWouldFillTheDiskIsRefusedBeforeItStarts(Jobs jobs) throws Exception {
    jobs.put("full/data.csv", "1,2,3\n");
    Jobs.Outcome outcome =
        jobs.submit(
            jobs.job("full-disk", jobs.image("full-disk", "exit 0\n"))
                .channel("train", jobs.uri("full/"), "FullyReplicated"),
            "--wait",
            "--conf",
            "heddle.disk.reserve-percent=90");
    assertEquals(1, outcome.code(), outcome.toString());
    String reason = reason(jobs.describe("full-disk"));
    assertTrue(reason.startsWith("ClientError: "), reason);
    assertTrue(reason.contains("bytes") && reason.contains("algo-1"), reason);
  }

  @Test
  void anS3ThatComesBackDuringTheUploadCostsNothing(Jobs jobs, EmbeddedCluster cluster)
      throws Exception {
    Gate gate = gate(jobs, "patient-gate");
    String script = gate.script() + "echo model > /opt/ml/model/m.txt\n";
    start(jobs, jobs.job("patient", jobs.image("patient", script)), gate);
    cluster.s3().goAway();
    try {
      gate.open();
      jobs.await("patient", PATIENCE, job -> history(job).contains("Uploading"));
    } finally {
      cluster.s3().comeBack();
    }
    assertEquals("Completed", status(jobs.awaitEnd("patient", PATIENCE)));
    assertEquals(List.of("m.txt"), jobs.members("out/patient/output/model.tar.gz"));
  }

  @Test
  void anS3ThatStaysAwayDuringTheUploadIsTold(Jobs jobs, EmbeddedCluster cluster) throws Exception {
    Gate gate = gate(jobs, "away-gate");
    String script = gate.script() + "echo model > /opt/ml/model/m.txt\n";
    start(
        jobs,
        jobs.job("away", jobs.image("away", script)),
        gate,
        "--conf",
        "heddle.s3.retry-for=2s");
    cluster.s3().goAway();
    JsonNode job;
    try {
      gate.open();
      job = jobs.awaitEnd("away", PATIENCE);
    } finally {
      cluster.s3().comeBack();
    }
    assertEquals("Failed", status(job));
    assertTrue(reason(job).startsWith("ClientError: the model could not be uploaded"), reason(job));
    assertFalse(job.path("Heddle").path("ModelUploaded").asBoolean());
  }

  @Test
  void aLogIsReadWhileItIsWritten(Jobs jobs) throws Exception {
    Gate gate = gate(jobs, "live-gate");
    start(jobs, jobs.job("live", jobs.image("live", "echo early words\n" + gate.script())), gate);
    Jobs.Outcome now = jobs.run("logs", "live", "--host", "algo-1");
    assertEquals("early words", now.out().strip(), now.toString());
    gate.open();
    assertEquals("Completed", status(jobs.awaitEnd("live", PATIENCE)));
  }

  @Test
  void anImageWithoutTrainIsTheCustomersError(Jobs jobs) throws Exception {
    Path image = Files.createDirectories(jobs.scratch("images/empty"));
    Jobs.Outcome outcome = jobs.submitAndWait(jobs.job("no-train", image));
    assertEquals(1, outcome.code(), outcome.toString());
    String reason = reason(jobs.describe("no-train"));
    assertTrue(reason.startsWith("ClientError: ") && reason.contains("'train'"), reason);
  }
}
