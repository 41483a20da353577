package dev.heddle.tests.algorithms;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.algorithms.steps.StepsSample;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users get wrong most often, and what the samples tell them to do about it. */
class SampleMistakesTest {
  private static final String ROW = "7,1,2\n";

  @TempDir private Path temp;

  @BeforeAll
  static void wantPython() throws InterruptedException {
    String obstacle = StepsSample.obstacle().orElse("");
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
  }

  private SampleHost host(String sample) {
    return SampleHost.of(sample, temp);
  }

  private static void tells(String failure, String... words) {
    for (String word : words) {
      assertTrue(failure.contains(word), failure);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch-ddp", "mpi-words", "parameter-server", "tensorflow-ps"})
  void whoNamesTheChannelOtherwiseIsToldItsName(String sample)
      throws IOException, InterruptedException {
    tells(
        host(sample).channel("training", "File", ROW).failure(),
        "no channel 'train'; it has 'training': name the data's ChannelName 'train'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch-ddp", "mpi-words", "parameter-server", "tensorflow-ps"})
  void whoPipesWhatIsReadAsFilesIsToldTheMode(String sample)
      throws IOException, InterruptedException {
    tells(
        host(sample).channel("train", "Pipe", ROW).failure(),
        "channel 'train' comes in Pipe mode",
        "set its InputMode to File");
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch-ddp", "mpi-words", "parameter-server", "tensorflow-ps"})
  void whoMisspellsAHyperparameterIsToldAllThereAre(String sample)
      throws IOException, InterruptedException {
    tells(
        host(sample).channel("train", "File", ROW).hyperparameters(Map.of("epoch", "3")).failure(),
        "unknown hyperparameters: epoch. HyperParameters may have",
        "meeting_seconds, ");
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
  @ValueSource(strings = {"torch-ddp", "mpi-words", "parameter-server", "tensorflow-ps"})
  void whereThePortIsTakenAnotherOneIsAskedFor(String sample)
      throws IOException, InterruptedException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.79.1"))) {
      tells(
          host(sample)
              .host(1, 2)
              .channel("train", "File", ROW)
              .hyperparameters(Map.of("port", Integer.toString(taken.getLocalPort())))
              .failure(),
          "algo-1 cannot listen on port " + taken.getLocalPort() + ": Address already in use",
          "give the hyperparameter port another number");
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
