package dev.heddle.tests.algorithms.xgboost;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The files that a training container reads and writes (SageMaker Developer Guide, "How Amazon
 * SageMaker Runs Your Training Image"). Nothing else tells this algorithm what to do.
 */
final class ContractFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FAILURE_CHARACTERS = 1024;

  private final Path base;

  ContractFiles(Path base) {
    this.base = base;
  }

  /** {@code /opt/ml}, or where {@code SAGEMAKER_BASE_DIR} moves it. */
  static ContractFiles of(Map<String, String> environment) {
    return new ContractFiles(Path.of(environment.getOrDefault("SAGEMAKER_BASE_DIR", "/opt/ml")));
  }

  /**
   * This host's place among the job's.
   *
   * @param hosts sorted by name
   */
  record Place(String current, List<String> hosts) {
    Place {
      hosts = List.copyOf(hosts);
    }

    /** Hosts are equal; whoever comes first does what one of them must. */
    String elected() {
      return hosts.get(0);
    }

    boolean isElected() {
      return elected().equals(current);
    }

    int index() {
      return hosts.indexOf(current);
    }
  }

  Map<String, String> hyperparameters() throws IOException {
    return JSON.readValue(
        config("hyperparameters.json").toFile(), new TypeReference<Map<String, String>>() {});
  }

  Place place() throws IOException, AlgorithmFailure {
    JsonNode json = JSON.readTree(config("resourceconfig.json").toFile());
    List<String> hosts = new ArrayList<>();
    json.path("hosts").forEach(host -> hosts.add(host.asText()));
    hosts.sort(null);
    String current = json.path("current_host").asText();
    if (!hosts.contains(current)) {
      throw AlgorithmFailure.badInput(
          "resourceconfig.json: current_host '" + current + "' is not among hosts " + hosts);
    }
    return new Place(current, hosts);
  }

  /**
   * The directory of a File channel.
   *
   * @throws AlgorithmFailure when the job has no such channel, or not in File mode
   */
  Path channel(String name) throws IOException, AlgorithmFailure {
    JsonNode channel = JSON.readTree(config("inputdataconfig.json").toFile()).path(name);
    if (channel.isMissingNode()) {
      throw AlgorithmFailure.badInput("the job has no channel '" + name + "'");
    }
    String mode = channel.path("TrainingInputMode").asText();
    if (mode.equals("Pipe")) {
      throw AlgorithmFailure.badInput(
          "channel '" + name + "' is in Pipe mode; this algorithm reads files: use File mode");
    }
    return base.resolve("input/data").resolve(name);
  }

  Path model() throws IOException {
    return Files.createDirectories(base.resolve("model")).resolve("model.ubj");
  }

  Path outputData() throws IOException {
    return Files.createDirectories(base.resolve("output/data"));
  }

  void writeFailure(String reason) throws IOException {
    Path output = Files.createDirectories(base.resolve("output"));
    Files.writeString(
        output.resolve("failure"),
        reason.substring(0, Math.min(reason.length(), FAILURE_CHARACTERS)));
  }

  private Path config(String name) {
    return base.resolve("input/config").resolve(name);
  }
}
