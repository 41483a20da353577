package dev.heddle.tests.algorithms;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.algorithms.steps.StepsSample;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users get wrong most often, and what the samples tell them to do about it. */
class SampleMistakesTest {
  private static final String ROW = "7,1,2\n";
  private static final String SERIES =
      "{\"start\": \"2001-02-01 00:00:00\", \"target\": [5.5, 6, 7.5]}\n";

  @TempDir private Path temp;

  @BeforeAll
  static void wantPython() throws InterruptedException {
    String obstacle = StepsSample.obstacle().orElse("");
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
  }

  private SampleHost host(String sample) {
    return SampleHost.of(sample, temp);
  }

  /** One that the sample takes. */
  private static String row(String sample) {
    return sample.equals("steps") ? "7" + ",1".repeat(64) + "\n" : ROW;
  }

  @Test
  void labelsThatAreNoClassesAreToldWhereTheyBelong() throws IOException, InterruptedException {
    Process python =
        new ProcessBuilder("/usr/bin/python3", "-c", "import xgboost")
            .redirectErrorStream(true)
            .start();
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Assumptions.assumeTrue(python.waitFor() == 0, said);
    tells(
        host("xgboost").channel("train", "File", "11,1,2\n").failure(),
        "labels, the first column of channel 'train', must be whole numbers from 0 to 9");
  }

  @Test
  void aLineThatIsNoDigitIsToldWithItsFile() throws IOException, InterruptedException {
    tells(
        host("steps").channel("train", "File", ROW).failure(),
        "line 1: want a label below 10 and 64 greys from 0 to 16");
  }

  private static void tells(String failure, String... words) {
    for (String word : words) {
      assertTrue(failure.contains(word), failure);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"torch-ddp", "mpi-words", "parameter-server", "tensorflow-ps", "xgboost", "steps"})
  void whoNamesTheChannelOtherwiseIsToldItsName(String sample)
      throws IOException, InterruptedException {
    tells(
        host(sample).channel("training", "File", ROW).failure(),
        "no channel 'train'; it has 'training': name the data's ChannelName 'train'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch-ddp", "mpi-words", "parameter-server", "tensorflow-ps", "xgboost"})
  void whoPipesWhatIsReadAsFilesIsToldTheMode(String sample)
      throws IOException, InterruptedException {
    tells(
        host(sample).channel("train", "Pipe", ROW).failure(),
        "channel 'train' comes in Pipe mode",
        "set its InputMode to File");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "torch-ddp",
        "mpi-words",
        "deepar",
        "parameter-server",
        "tensorflow-ps",
        "xgboost",
        "steps"
      })
  void whoMisspellsAHyperparameterIsToldAllThereAre(String sample)
      throws IOException, InterruptedException {
    tells(
        host(sample).channel("train", "File", ROW).hyperparameters(Map.of("epoch", "3")).failure(),
        "unknown hyperparameters: epoch. HyperParameters may have",
        "port, ");
  }

  @Test
  void whoNamesAPipedChannelOtherwiseIsToldItsName() throws IOException, InterruptedException {
    tells(
        host("deepar").pipe("training", SERIES).hyperparameters(ofForecaster(Map.of())).failure(),
        "no channel 'train'; it has 'training': name the data's ChannelName 'train'");
  }

  @Test
  void whoGivesAsFilesWhatIsReadThroughPipesIsToldTheMode()
      throws IOException, InterruptedException {
    tells(
        host("deepar")
            .channel("train", "File", ROW)
            .hyperparameters(ofForecaster(Map.of()))
            .failure(),
        "channel 'train' comes in File mode",
        "set its InputMode to Pipe");
  }

  @Test
  void aSeriesThatIsTooShortIsNamedWithWhatItsLengthMustBe()
      throws IOException, InterruptedException {
    tells(
        host("deepar")
            .pipe("train", SERIES + SERIES.replace("5.5, ", ""))
            .hyperparameters(ofForecaster(Map.of()))
            .failure(),
        "line 2 of channel 'train' has 2 values",
        "context_length + prediction_length = 3: leave such series out, or give");
  }

  @Test
  void aGapInASeriesIsNamed() throws IOException, InterruptedException {
    tells(
        host("deepar")
            .pipe("train", SERIES.replace("5.5", "NaN"))
            .hyperparameters(ofForecaster(Map.of()))
            .failure(),
        "line 1 of channel 'train' has a value in its target that is NaN",
        "fill gaps, or leave the series out");
  }

  @Test
  void whatIsNoSeriesIsToldWhatOneLooksLike() throws IOException, InterruptedException {
    tells(
        host("deepar").pipe("train", ROW).hyperparameters(ofForecaster(Map.of())).failure(),
        "line 1 of channel 'train' is not a series",
        "takes JSON Lines like {\"start\": \"1930-01-01 00:00:00\", \"target\": [");
  }

  @Test
  void anUnknownFrequencyIsToldThoseThereAre() throws IOException, InterruptedException {
    tells(
        host("deepar")
            .pipe("train", SERIES)
            .hyperparameters(ofForecaster(Map.of("time_freq", "monthly")))
            .failure(),
        "hyperparameter time_freq = 'monthly' must be one of M, W, D, H");
  }

  @Test
  void aHyperparameterThatHasNoDefaultIsAskedFor() throws IOException, InterruptedException {
    tells(
        host("deepar").pipe("train", SERIES).hyperparameters(Map.of("time_freq", "M")).failure(),
        "hyperparameter context_length is missing: it must be a whole number from 1 to");
  }

  private static Map<String, String> ofForecaster(Map<String, String> others) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "time_freq", "M", "epochs", "1", "context_length", "2", "prediction_length", "1"));
    all.putAll(others);
    return all;
  }

  @Test
  void aHyperparameterOutOfItsRangeIsToldTheRange() throws IOException, InterruptedException {
    tells(
        host("torch-ddp")
            .channel("train", "File", ROW)
            .hyperparameters(Map.of("batch_size", "0"))
            .failure(),
        "hyperparameter batch_size = '0' must be a whole number from 1 to");
  }

  @ParameterizedTest
  @CsvSource({
    "torch-ddp,port",
    "mpi-words,port",
    "parameter-server,port",
    "tensorflow-ps,port",
    "xgboost,meeting_port",
    "steps,port"
  })
  void whereThePortIsTakenAnotherOneIsAskedFor(String sample, String hyperparameter)
      throws IOException, InterruptedException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.79.1"))) {
      tells(
          host(sample)
              .host(1, 2)
              .channel("train", "File", row(sample))
              .hyperparameters(Map.of(hyperparameter, Integer.toString(taken.getLocalPort())))
              .failure(),
          "algo-1 cannot listen on port " + taken.getLocalPort() + ": Address already in use",
          "give the hyperparameter " + hyperparameter + " another number");
    }
  }

  /** Waits a second for the first host of two, at a port where nobody listens. */
  private SampleHost waiting() {
    String common = SampleHost.algorithms().resolve("common").toString();
    String program =
        """
        import sys
        sys.dont_write_bytecode = True
        sys.path.insert(0, sys.argv[1])
        import contract
        contract.run(lambda stop: contract.await_first(contract.Host(), 1, 1))
        """;
    return new SampleHost(List.of("/usr/bin/python3", "-c", program, common), temp).host(2, 2);
  }

  @Test
  void whereTheFirstHostDoesNotAnswerTheFirewallIsNamed() throws IOException, InterruptedException {
    tells(
        waiting().failure(),
        "algo-2 got no answer from algo-1 (127.0.79.1:1) in 1 s: [Errno 111] Connection refused",
        "See what algo-1 said",
        "firewall");
  }

  @Test
  void whereTheFirstHostsNameIsALoopbackAddressThatIsNamed()
      throws IOException, InterruptedException {
    tells(
        waiting().firstAt("127.0.1.1", "eth0").failure(),
        "(127.0.1.1:1)",
        "a loopback address, which only algo-1 itself reaches");
  }

  @Test
  void whoWantsMoreParameterServersThanHostsIsToldHowManyThereMayBe()
      throws IOException, InterruptedException {
    tells(
        host("parameter-server")
            .host(1, 2)
            .channel("train", "File", ROW)
            .hyperparameters(Map.of("servers", "3"))
            .failure(),
        "servers = '3', and the job has 2 hosts",
        "raise InstanceCount, or give servers a number from 1 to 2");
  }

  @Test
  void whereAHostFindsItsOwnNameAtALoopbackAddressParameterServersDontStart()
      throws IOException, InterruptedException {
    tells(
        host("parameter-server")
            .host(1, 2)
            .firstAt("127.0.1.1", "eth0")
            .channel("train", "File", ROW)
            .failure(),
        "the name algo-1 resolves to 127.0.1.1 on algo-1 itself, a loopback address",
        "it must resolve to an address of the network interface eth0");
  }

  @Test
  void whereANodeLacksMxnetItsPlaceIsTold() throws IOException, InterruptedException {
    tells(
        host("parameter-server")
            .environment("MXNET_LIBRARY_PATH", "/nowhere/libmxnet.so")
            .channel("train", "File", ROW)
            .failure(),
        "there is no /nowhere/libmxnet.so: put MXNet's native library",
        "into Environment, as MXNET_LIBRARY_PATH");
  }
}
