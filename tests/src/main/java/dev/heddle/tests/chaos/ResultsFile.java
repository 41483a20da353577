package dev.heddle.tests.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Spliterator;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** Results of several invocations, a line of JSON each; more are added at the end. */
record ResultsFile(Path path) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param faults those that the plans were made from
   */
  void add(List<Result> results, List<Fault> faults) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Result result : results) {
      ObjectNode line = JSON.createObjectNode();
      line.put("seed", result.plan().seed());
      faults.forEach(fault -> line.withArray("faults").add(fault.name()));
      line.put("completed", result.completed());
      line.put("sameModel", result.sameModel());
      line.put("repeated", result.repeated());
      line.putArray("again");
      result.again().forEach(line.withArray("again")::add);
      line.putArray("broken");
      result.broken().forEach(line.withArray("broken")::add);
      lines.append(JSON.writeValueAsString(line)).append('\n');
    }
    Files.writeString(path, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  List<Result> all() throws IOException {
    List<Result> results = new ArrayList<>();
    for (String line : Files.readAllLines(path)) {
      JsonNode json = JSON.readTree(line);
      List<Fault> faults = list(json.path("faults"), fault -> Fault.valueOf(fault.asText()));
      results.add(
          new Result(
              Plan.of(json.path("seed").asInt(), faults, ChaosJob.HOSTS),
              json.path("completed").asBoolean(),
              json.path("sameModel").asBoolean(),
              json.path("repeated").asInt(),
              list(json.path("again"), JsonNode::asDouble),
              list(json.path("broken"), JsonNode::asText)));
    }
    return results;
  }

  private static <T> List<T> list(JsonNode array, Function<JsonNode, T> each) {
    Spliterator<JsonNode> members = array.spliterator();
    return StreamSupport.stream(members, false).map(each).toList();
  }
}
