package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.tests.DockerClusterExtension;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.Novels;
import dev.heddle.tests.algorithms.Temperatures;
import dev.heddle.tests.algorithms.steps.StepsHosts;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.local.LocalMachine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sample algorithms, by their own job files. */
@ExtendWith(DockerClusterExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class SampleAlgorithmsIT {
  @TempDir private static Path temp;

  private Jobs jobs;
  private SampleRuns runs;
  private LocalMachine machine;

  @BeforeAll
  void take(Jobs itsJobs, DockerEngine engine) {
    jobs = itsJobs;
    runs = new SampleRuns(jobs, engine);
    objects().forEach(jobs::put);
  }

  @AfterAll
  void end() throws IOException, InterruptedException {
    if (machine != null) {
      machine.close();
    }
  }

  /** What all samples read, by key. */
  private static Map<String, byte[]> objects() {
    Map<String, byte[]> objects = new HashMap<>();
    Digits.load().objects().forEach((key, bytes) -> objects.put("digits/" + key, bytes));
    Novels.load().objects().forEach((key, bytes) -> objects.put("austen/" + key, bytes));
    Temperatures.load().objects().forEach((key, bytes) -> objects.put("colorado/" + key, bytes));
    return objects;
  }

  /** The metric of held-out digits is within the README's bound, and another process finds it. */
  private void tellsDigitsApart(String name, double bound)
      throws IOException, InterruptedException {
    SampleRuns.Trained trained = runs.onTheCluster(name);
    double told = trained.metric("validation:accuracy");
    assertTrue(told >= bound, trained.described().toString());
    assertEquals(told, runs.score(name, trained, SampleRuns.heldOutDigits(), "accuracy"), 0.001);
  }

  @ParameterizedTest
  @ValueSource(strings = {"xgboost", "steps", "torch-ddp", "mpi-words", "deepar", "script"})
  void onOneMachineItMakesTheSameModel(String name) throws Exception {
    if (machine == null) {
      machine = LocalMachine.start(temp.resolve("local"), objects());
    }
    assertEquals(runs.onTheCluster(name).files(), SampleRuns.locally(name, machine).files(), name);
    assertEquals(List.of(), machine.left());
  }

  @ParameterizedTest
  @CsvSource({
    "xgboost,validation:accuracy,0.97,1,xgboost",
    "torch-ddp,validation:accuracy,0.95,1,torch",
    "mpi-words,validation:cloze,0.75,1,mpi4py",
    "deepar,test:RMSE,0,2.4,torch",
    "script,validation:accuracy,0.95,1,torch",
  })
  void asProcessesWhereItsPackagesAreItIsAsGoodAsItsReadmeSays(
      String name, String metric, double least, double most, String module) throws Exception {
    Process python =
        new ProcessBuilder("/usr/bin/python3", "-c", "import " + module)
            .redirectErrorStream(true)
            .start();
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Assumptions.assumeTrue(python.waitFor() == 0, said);
    SampleRuns.Trained trained = runs.asProcesses(name);
    double told = trained.metric(metric);
    assertTrue(told >= least && told <= most, trained.described().toString());
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
    ObjectNode job = runs.job("torch-ddp").put("TrainingJobName", "torch-ddp-wrong-channel");
    ((ObjectNode) job.at("/InputDataConfig/0")).put("ChannelName", "training");
    String reason = runs.reasonOfFailure(job);
    assertTrue(
        reason.contains("no channel 'train'; it has 'training', 'validation': name the"), reason);
  }

  @Test
  void wordsEmbeddedByMpiWithoutSshAreAsGoodAsTheReadmeSaysBySecondProcess() throws Exception {
    SampleRuns.Trained trained = runs.onTheCluster("mpi-words");
    assertTrue(trained.metric("validation:cloze") >= 0.75, trained.described().toString());
    String heldOut = text(Novels.load().objects(), "validation/persuasion.txt");
    double scored = runs.score("mpi-words", trained, heldOut, "cloze");
    assertTrue(scored >= 0.76, "another process finds " + scored);
  }

  private static String text(Map<String, byte[]> objects, String key) {
    return new String(objects.get(key), StandardCharsets.US_ASCII);
  }

  @Test
  void temperaturesReadThroughPipesAreForecastAsWellAsTheReadmeSaysBySecondProcess()
      throws Exception {
    SampleRuns.Trained trained = runs.onTheCluster("deepar");
    double told = trained.metric("test:RMSE");
    assertTrue(told <= 2.4, trained.described().toString());
    assertTrue(trained.metric("test:mean_wQuantileLoss") <= 0.09, trained.described().toString());
    String heldOut = text(Temperatures.load().objects(), "test/held-out.json");
    assertEquals(told, runs.score("deepar", trained, heldOut, "^RMSE"), 0.05);
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
    ObjectNode job = runs.job("script").put("TrainingJobName", "script-brought");
    ((ObjectNode) job.get("ResourceConfig")).put("InstanceCount", 1);
    job.putObject("HyperParameters").put("sagemaker_program", "fit.py").put("rounds", "3");
    ObjectNode code = ((ArrayNode) job.get("InputDataConfig")).addObject();
    code.put("ChannelName", "code");
    code.putObject("DataSource")
        .putObject("S3DataSource")
        .put("S3DataType", "S3Prefix")
        .put("S3Uri", jobs.uri("code/"));
    String reason = runs.reasonOfFailure(job);
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
  void theStepsSampleTrainsByItsOwnJobFileWhatOneProcessTrains() throws Exception {
    String obstacle = StepsSample.obstacle().orElse("");
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
    SampleRuns.Trained trained = runs.onTheCluster("steps");
    Map<String, String> settings = Map.of("steps", "200", "checkpoint_interval", "0");
    StepsSample sample = StepsSample.in(Path.of(System.getProperty("heddle.home")));
    String model =
        HexFormat.of().formatHex(StepsHosts.alone(sample, temp.resolve("steps"), settings));
    assertEquals(Map.of("model.json", model), trained.files());
  }

  @Test
  void theShellSampleCompletesByItsOwnJobFile() throws Exception {
    ObjectNode job = runs.job("shell");
    ((ObjectNode) job.get("ResourceConfig")).put("InstanceCount", 3);
    runs.completes(job);
    assertEquals(6, jobs.members("output/shell-1/output/model.tar.gz").size(), "two files a host");
  }
}
