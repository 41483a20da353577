package dev.heddle.tests.algorithms.xgboost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.algorithms.Digits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged image, started on trees that are laid out as the contract says. */
class TrainIT {
  private static final Path IMAGE =
      Path.of(System.getProperty("heddle.home"), "tests/target/images/xgboost");

  @TempDir private Path temp;
  private final ObjectMapper json = new ObjectMapper();
  private Path data;

  @BeforeEach
  void writeData() throws IOException {
    data = temp.resolve("data");
    Digits.load().writeTo(data);
  }

  @Test
  void threeHostsTrainWhatOneHostTrains() throws IOException, InterruptedException, XGBoostError {
    List<Process> hosts = new ArrayList<>();
    for (int host = 3; host >= 1; host--) {
      hosts.add(start(host, 3, 3, Train.exampleHyperparameters()));
    }
    for (Process host : hosts) {
      assertEquals(0, end(host), logs());
    }
    Booster model = XGBoost.loadModel(tree(1).resolve("model/model.ubj").toString());
    LabelledRows heldOut = LabelledRows.read(data.resolve("validation"));
    Booster alone =
        Training.onOneHost(
            Train.exampleHyperparameters(),
            LabelledRows.read(data.resolve("train")),
            heldOut,
            line -> {});
    double distributed = Training.accuracy(model, heldOut);
    assertTrue(distributed > 0.95, "accuracy " + distributed);
    assertEquals(Training.accuracy(alone, heldOut), distributed, 0.02);
    assertTrue(logs().contains("round=20 train-accuracy=1.0000 validation-accuracy=0.9"), logs());
    assertFalse(Files.exists(tree(2).resolve("model/model.ubj")), "only the elected host writes");
  }

  @Test
  void aHostWithoutDataTakesPart() throws IOException, InterruptedException {
    Map<String, String> few = Map.of("num_round", "3");
    Process first = start(1, 2, 1, few);
    Process second = start(2, 2, 1, few);
    assertEquals(0, end(first), logs());
    assertEquals(0, end(second), logs());
  }

  @Test
  void aPeerThatDiesFailsTheOthers() throws IOException, InterruptedException {
    Map<String, String> many = Map.of("num_round", "10000");
    Process first = start(1, 2, 2, many);
    Process second = start(2, 2, 2, many);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Files.readString(log(1)).contains("round=2 "));
    second.destroyForcibly();
    assertEquals(1, end(first), logs());
    assertTrue(Files.size(tree(1).resolve("output/failure")) > 0);
  }

  @Test
  void aBadHyperparameterIsExit3WithAFailureFile() throws IOException, InterruptedException {
    assertEquals(3, end(start(1, 1, 1, Map.of("eta", "seven"))), logs());
    String failure = Files.readString(tree(1).resolve("output/failure"));
    assertTrue(failure.contains("eta = 'seven'"), failure);
  }

  /**
   * @param shards how many hosts the training objects are dealt to, from the first on
   */
  private Process start(int host, int hosts, int shards, Map<String, String> hyperparameters)
      throws IOException {
    Path tree = tree(host);
    Path config = Files.createDirectories(tree.resolve("input/config"));
    List<String> names = new ArrayList<>();
    StringBuilder hostsFile = new StringBuilder("127.0.0.1 localhost\n");
    for (int i = 1; i <= hosts; i++) {
      names.add("algo-" + i);
      hostsFile.append("127.0.77.").append(i).append(" algo-").append(i).append('\n');
    }
    Files.writeString(tree.resolveSibling("hosts"), hostsFile);
    write(config.resolve("hyperparameters.json"), hyperparameters);
    Map<String, Object> resources = new HashMap<>();
    resources.put("current_host", "algo-" + host);
    resources.put("hosts", names);
    write(config.resolve("resourceconfig.json"), resources);
    Map<String, String> channel = Map.of("TrainingInputMode", "File");
    write(config.resolve("inputdataconfig.json"), Map.of("train", channel, "validation", channel));
    copyChannels(tree, host, shards);
    ProcessBuilder train = new ProcessBuilder(IMAGE.resolve("train").toString(), "train");
    train.environment().put("SAGEMAKER_BASE_DIR", tree.toString());
    train.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return train.redirectErrorStream(true).redirectOutput(log(host).toFile()).start();
  }

  private void copyChannels(Path tree, int host, int shards) throws IOException {
    Path train = Files.createDirectories(tree.resolve("input/data/train"));
    for (int part = 0; part < 6; part++) {
      if (part % shards == host - 1) {
        String name = "part-" + part + ".csv";
        Files.copy(data.resolve("train").resolve(name), train.resolve(name));
      }
    }
    Path validation = Files.createDirectories(tree.resolve("input/data/validation"));
    Files.copy(data.resolve("validation/digits-held-out.csv"), validation.resolve("digits.csv"));
  }

  private void write(Path file, Object content) throws IOException {
    Files.write(file, json.writeValueAsBytes(content));
  }

  private Path tree(int host) {
    return temp.resolve("algo-" + host).resolve("ml");
  }

  private Path log(int host) {
    return temp.resolve("algo-" + host + ".log");
  }

  private static int end(Process host) throws InterruptedException {
    if (!host.waitFor(120, TimeUnit.SECONDS)) {
      host.destroyForcibly();
      return -1;
    }
    return host.exitValue();
  }

  private String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    for (int host = 1; host <= 3; host++) {
      if (Files.exists(log(host))) {
        all.append(Files.readString(log(host)));
      }
    }
    return all.toString();
  }
}
