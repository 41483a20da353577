package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.Novels;
import dev.heddle.tests.algorithms.steps.StepsHosts;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.ContainerLogs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HostProcesses;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The sample algorithms, by their own job files. */
@ExtendWith(DockerClusterExtension.class)
class SampleAlgorithmsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private Jobs jobs;
  private DockerEngine engine;

  @BeforeEach
  void take(Jobs itsJobs, DockerEngine itsEngine) {
    jobs = itsJobs;
    engine = itsEngine;
    for (Map.Entry<String, byte[]> object : Digits.load().objects().entrySet()) {
      jobs.put("digits/" + object.getKey(), new String(object.getValue(), StandardCharsets.UTF_8));
    }
  }

  private static Path sample(String name) {
    return Path.of(System.getProperty("heddle.home"), "tests/algorithms", name);
  }

  /** The sample's own job file, filled in. */
  private ObjectNode job(String name) throws IOException {
    String bucket = jobs.uri("x").replaceFirst("s3://([^/]+)/.*", "$1");
    String text = Files.readString(sample(name).resolve("job.json")).replace("BUCKET", bucket);
    return (ObjectNode) new ObjectMapper().readTree(text);
  }

  private Jobs.Outcome submit(ObjectNode job) throws IOException, InterruptedException {
    new Images(engine)
        .sample(
            job.at("/AlgorithmSpecification/TrainingImage").asText().replaceFirst("local/", ""));
    Path file = jobs.write(job.path("TrainingJobName").asText() + ".json", job.toString());
    return jobs.run("submit", "--job", file.toString(), "--wait");
  }

  /** The same with settings, and without waiting for its end. */
  private void begin(ObjectNode job, String... settings) throws IOException, InterruptedException {
    new Images(engine).sample("parameter-server");
    Path file = jobs.write(job.path("TrainingJobName").asText() + ".json", job.toString());
    List<String> command = new ArrayList<>(List.of("submit", "--job", file.toString()));
    for (String setting : settings) {
      command.addAll(List.of("--conf", setting));
    }
    Jobs.Outcome outcome = jobs.run(command.toArray(String[]::new));
    assertEquals(0, outcome.code(), outcome.toString());
  }

  private void completes(ObjectNode job) throws IOException, InterruptedException {
    Jobs.Outcome outcome = submit(job);
    assertEquals(0, outcome.code(), outcome.toString());
  }

  /** Says what the job's user should do, by the job's FailureReason. */
  private String reasonOfFailure(ObjectNode job) throws IOException, InterruptedException {
    Jobs.Outcome outcome = submit(job);
    assertEquals(1, outcome.code(), outcome.toString());
    return jobs.describe(job.path("TrainingJobName").asText()).path("FailureReason").asText();
  }

  private static double metric(JsonNode described, String name) {
    for (JsonNode metric : described.path("FinalMetricDataList")) {
      if (metric.path("MetricName").asText().equals(name)) {
        return metric.path("Value").asDouble();
      }
    }
    throw new AssertionError("no metric " + name + " in " + described);
  }

  /** The metric of held-out digits is within the README's bound, and another process finds it. */
  private void tellsDigitsApart(String name, double bound)
      throws IOException, InterruptedException {
    completes(job(name));
    tellsDigitsApart(name, bound, jobs.describe(name + "-1"));
  }

  private void tellsDigitsApart(String name, double bound, JsonNode described)
      throws IOException, InterruptedException {
    assertEquals(
        "Completed", described.path("TrainingJobStatus").asText(), described.toPrettyString());
    double told = metric(described, "validation:accuracy");
    assertTrue(told >= bound, described.toString());
    String model = described.path("ModelArtifacts").path("S3ModelArtifacts").asText();
    assertEquals(told, score(name, model), 0.001);
  }

  private double score(String name, String model) throws IOException, InterruptedException {
    StringBuilder heldOut = new StringBuilder();
    Digits.load().objects().entrySet().stream()
        .filter(object -> object.getKey().startsWith("validation/"))
        .forEach(
            object -> heldOut.append(new String(object.getValue(), StandardCharsets.US_ASCII)));
    return score(name, model, heldOut.toString(), "accuracy");
  }

  /** In a container of its own, with the model and what was held out alone. */
  private double score(String name, String model, String heldOut, String what)
      throws IOException, InterruptedException {
    Path work = Files.createDirectories(jobs.scratch("score-" + name));
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.write(work.resolve("model.tar.gz"), jobs.object(model));
    Files.writeString(work.resolve("held-out"), heldOut);
    DockerEngine.Outcome scored =
        engine.run(
            "run",
            "--rm",
            "--network",
            "none",
            "-v",
            work + ":/scored:ro",
            SampleImages.image(name),
            "score",
            "/scored/model.tar.gz",
            "/scored/held-out");
    assertEquals(0, scored.code(), scored.output());
    Matcher share = Pattern.compile(what + "=([0-9.]+)").matcher(scored.output());
    assertTrue(share.find(), scored.output());
    return Double.parseDouble(share.group(1));
  }

  @Test
  void distributedXgboostIsAsGoodAsItsReadmeSaysBySecondProcess() throws Exception {
    tellsDigitsApart("xgboost", 0.97);
  }

  @Test
  void distributedPytorchIsAsGoodAsItsReadmeSaysBySecondProcess() throws Exception {
    tellsDigitsApart("torch-ddp", 0.95);
  }

  @Test
  void aPytorchJobWhoseChannelHasAnotherNameIsToldTheRightOne() throws Exception {
    ObjectNode job = job("torch-ddp").put("TrainingJobName", "torch-ddp-wrong-channel");
    ((ObjectNode) job.at("/InputDataConfig/0")).put("ChannelName", "training");
    String reason = reasonOfFailure(job);
    assertTrue(
        reason.contains("no channel 'train'; it has 'training', 'validation': name the"), reason);
  }

  @Test
  void wordsEmbeddedByMpiWithoutSshAreAsGoodAsTheReadmeSaysBySecondProcess() throws Exception {
    Map<String, byte[]> novels = Novels.load().objects();
    novels.forEach((key, text) -> jobs.put("austen/" + key, text));
    completes(job("mpi-words"));
    JsonNode described = jobs.describe("mpi-words-1");
    assertTrue(metric(described, "validation:pairs") >= 0.57, described.toString());
    String model = described.path("ModelArtifacts").path("S3ModelArtifacts").asText();
    String heldOut = new String(novels.get("validation/persuasion.txt"), StandardCharsets.US_ASCII);
    double scored = score("mpi-words", model, heldOut, "pairs");
    assertTrue(scored >= 0.54, "another process finds " + scored);
  }

  @Test
  void aScriptInTheWayOfSagemakersImagesIsAsGoodAsItsReadmeSaysBySecondProcess() throws Exception {
    tellsDigitsApart("script", 0.95);
  }

  @Test
  void aScriptInAChannelRunsWithWhatItRequires() throws Exception {
    jobs.put("code/fit.py", "import sys, greeting\nsys.exit(greeting.WORDS + str(sys.argv[1:]))");
    jobs.put("code/requirements.txt", "greeting==1.0\n");
    jobs.put("code/wheels/greeting-1.0-py3-none-any.whl", wheel());
    ObjectNode job = job("script").put("TrainingJobName", "script-brought");
    ((ObjectNode) job.get("ResourceConfig")).put("InstanceCount", 1);
    job.putObject("HyperParameters").put("sagemaker_program", "fit.py").put("rounds", "3");
    ObjectNode code = ((ArrayNode) job.get("InputDataConfig")).addObject();
    code.put("ChannelName", "code");
    code.putObject("DataSource")
        .putObject("S3DataSource")
        .put("S3DataType", "S3Prefix")
        .put("S3Uri", jobs.uri("code/"));
    String reason = reasonOfFailure(job);
    assertTrue(reason.contains("fit.py left with exit code 1: hello ['--rounds', '3']"), reason);
  }

  /** A package of one module, as pip installs it. */
  private static byte[] wheel() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, String> file :
          Map.of(
                  "greeting.py",
                  "WORDS = 'hello '\n",
                  "greeting-1.0.dist-info/METADATA",
                  "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
                  "greeting-1.0.dist-info/WHEEL",
                  "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                  "greeting-1.0.dist-info/RECORD",
                  "greeting.py,,\ngreeting-1.0.dist-info/METADATA,,\n"
                      + "greeting-1.0.dist-info/WHEEL,,\ngreeting-1.0.dist-info/RECORD,,\n")
              .entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void aModelOfParameterServersIsAsGoodAsItsReadmeSaysBySecondProcess() throws Exception {
    tellsDigitsApart("parameter-server", 0.94);
  }

  @Test
  void aModelOfTensorflowsParameterServersIsAsGoodAsItsReadmeSaysBySecondProcess()
      throws Exception {
    tellsDigitsApart("tensorflow-ps", 0.94);
  }

  @Test
  void aParameterServerJobLosesAWorkerAndThenAServerWhileTheOthersRunOn(EmbeddedCluster cluster)
      throws Exception {
    String name = "parameter-server-losses";
    ObjectNode job = job("parameter-server").put("TrainingJobName", name);
    ((ObjectNode) job.get("HyperParameters")).put("steps", "2000").put("step_millis", "50");
    ((ObjectNode) job.get("CheckpointConfig")).put("S3Uri", jobs.uri("checkpoints/" + name));
    job.putObject("RetryStrategy").put("MaximumRetryAttempts", 3);
    begin(job, "heddle.fault.policy=host");
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
    tellsDigitsApart("parameter-server", 0.94, jobs.awaitEnd(name, PATIENCE));
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

  @Test
  void theStepsSampleTrainsByItsOwnJobFileWhatOneProcessTrains(@TempDir Path temp)
      throws Exception {
    String obstacle = StepsSample.obstacle().orElse("");
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
    completes(job("steps"));
    Map<String, String> settings = Map.of("steps", "200", "checkpoint_interval", "0");
    StepsSample sample = StepsSample.in(Path.of(System.getProperty("heddle.home")));
    String model = new String(StepsHosts.alone(sample, temp, settings), StandardCharsets.UTF_8);
    assertEquals(Map.of("model.json", model), jobs.contents("output/steps-1/output/model.tar.gz"));
  }

  @Test
  void theShellSampleCompletesByItsOwnJobFile() throws Exception {
    ObjectNode job = job("shell");
    ((ObjectNode) job.get("ResourceConfig")).put("InstanceCount", 3);
    completes(job);
    assertEquals(6, jobs.members("output/shell-1/output/model.tar.gz").size(), "two files a host");
  }
}
