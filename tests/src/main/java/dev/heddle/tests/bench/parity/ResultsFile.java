package dev.heddle.tests.bench.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs, a line of JSON each, in the order in which they ended; more are added at the end. */
record ResultsFile(Path path) {
  private static final ObjectMapper JSON = new ObjectMapper();

  void add(Run run) throws IOException {
    ObjectNode line = JSON.createObjectNode();
    line.put("round", run.round());
    line.put("batch", run.cell().batch());
    line.put("hosts", run.cell().hosts());
    line.put("way", run.way().id());
    line.put("epochs", run.epochs());
    line.put("rowsPerSecond", run.rowsPerSecond());
    line.put("accuracy", run.accuracy());
    line.put("failure", run.failure());
    Files.writeString(
        path,
        JSON.writeValueAsString(line) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Those of all invocations; none where there is no such file yet. */
  List<Run> all() throws IOException {
    List<Run> runs = new ArrayList<>();
    if (Files.exists(path)) {
      for (String line : Files.readAllLines(path)) {
        JsonNode json = JSON.readTree(line);
        runs.add(
            new Run(
                json.path("round").asInt(),
                new Cell(json.path("batch").asInt(), json.path("hosts").asInt()),
                Way.valueOf(json.path("way").asText().toUpperCase(Locale.ROOT)),
                json.path("epochs").asInt(),
                json.path("rowsPerSecond").asDouble(),
                json.path("accuracy").asDouble(),
                json.path("failure").asText()));
      }
    }
    return runs;
  }
}
