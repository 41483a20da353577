package dev.heddle.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.am.ScaleSimulation;
import dev.heddle.tests.embedded.HeddleClient;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How long the ApplicationMaster is busy with a job of very many hosts.
 *
 * @param rounds measured, of all numbers in turns
 * @param hosts how many each job has
 * @param json where the figures also go
 */
record ScaleBench(int rounds, List<Integer> hosts, Optional<Path> json) {
  private static final String HEAP = "-Xmx1g";

  ScaleBench {
    hosts = List.copyOf(hosts);
  }

  void run() throws IOException, InterruptedException {
    Map<Integer, List<Double>> seconds = new LinkedHashMap<>();
    Map<Integer, JsonNode> last = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      for (int count : hosts) {
        JsonNode job = simulate(count);
        System.err.printf(Locale.ROOT, "round %d: %s%n", round, job);
        seconds.computeIfAbsent(count, c -> new ArrayList<>()).add(job.path("seconds").asDouble());
        last.put(count, job);
      }
    }
    report(seconds, last);
  }

  /**
   * Without the client's jar, whose copies of the simulated classes have other libraries' names.
   */
  private static String classPath() throws IOException {
    Path client = HeddleClient.jarIn(Path.of(System.getProperty("heddle.home"))).getFileName();
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !Path.of(entry).endsWith(client))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static JsonNode simulate(int count) throws IOException, InterruptedException {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                classPath(),
                "-Dlog4j2.configurationFile=classpath:log4j2-embedded.xml",
                ScaleSimulation.class.getName(),
                Integer.toString(count))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    JsonNode job;
    try (InputStream out = java.getInputStream()) {
      job = new ObjectMapper().readTree(out.readAllBytes());
    }
    if (java.waitFor() != 0 || !"Completed".equals(job.path("end").asText())) {
      throw new IOException("the job of " + count + " hosts did not complete: " + job);
    }
    return job;
  }

  private void report(Map<Integer, List<Double>> seconds, Map<Integer, JsonNode> last)
      throws IOException {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("benchmark", "scale");
    root.put("rounds", rounds);
    root.put("cores", Runtime.getRuntime().availableProcessors());
    System.out.printf(
        "%d rounds%n%8s %22s %9s %11s %11s %8s%n",
        rounds, "hosts", "seconds", "attempts", "heartbeats", "MB to hosts", "heap MB");
    last.forEach(
        (count, job) -> {
          Figures figures = new Figures(seconds.get(count));
          ObjectNode node = root.withArray("jobs").addObject();
          node.setAll((ObjectNode) job);
          node.set("seconds", figures.json());
          System.out.printf(
              "%8d %22s %9d %11d %11d %8d%n",
              count,
              figures.text(),
              job.path("attempts").asInt(),
              job.path("heartbeats").asLong(),
              job.path("mbToHosts").asLong(),
              job.path("heapMb").asLong());
        });
    if (json.isPresent()) {
      Files.write(
          json.get(),
          new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(root));
    }
  }
}
