package dev.heddle.tests.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.steps.StepsSample;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How long a job that lost something takes until it has started again: all its hosts, or, under
 * policy host, the lost one.
 *
 * @param rounds measured, after one that warms up
 * @param policies values of {@code heddle.fault.policy}
 * @param json where the figures also go
 */
record RelaunchBench(
    int rounds,
    int hosts,
    List<RelaunchRound.Fault> faults,
    List<String> policies,
    Optional<Path> json) {
  private static final String BUCKET = "bench";

  RelaunchBench {
    faults = List.copyOf(faults);
    policies = List.copyOf(policies);
  }

  void run() throws IOException, InterruptedException {
    String obstacle = StepsSample.obstacle().orElse("");
    if (!obstacle.isEmpty()) {
      throw new IOException(obstacle);
    }
    System.err.println("Starting a YARN cluster of " + hosts + " nodes ...");
    Map<String, String> keepLogs = Map.of("yarn.nodemanager.delete.debug-delay-sec", "86400");
    try (EmbeddedCluster cluster =
        EmbeddedCluster.start(new EmbeddedCluster.Options(Optional.empty(), hosts, keepLogs))) {
      cluster.s3().createBucket(BUCKET);
      Digits.load()
          .objects()
          .forEach((key, content) -> cluster.s3().put(BUCKET, "digits/" + key, content));
      Path home = Path.of(System.getProperty("heddle.home"));
      RelaunchRound one =
          new RelaunchRound(
              cluster,
              HeddleClient.of(cluster, HeddleClient.jarIn(home)),
              StepsSample.in(home),
              BUCKET,
              Files.createDirectories(cluster.directory().resolve("bench")),
              hosts);
      report(measure(one));
    }
  }

  /** Seconds by fault, and by policy. */
  private Map<RelaunchRound.Fault, Map<String, List<Double>>> measure(RelaunchRound one)
      throws IOException, InterruptedException {
    Map<RelaunchRound.Fault, Map<String, List<Double>>> all = new LinkedHashMap<>();
    for (int round = 0; round <= rounds; round++) {
      for (RelaunchRound.Fault fault : faults) {
        // Nothing starts again for an ApplicationMaster, whatever the policy.
        for (String policy :
            fault == RelaunchRound.Fault.MASTER ? policies.subList(0, 1) : policies) {
          String name =
              String.join(
                  "-", fault.name().toLowerCase(Locale.ROOT), policy, Integer.toString(round));
          double seconds = one.seconds(name, policy, fault);
          System.err.printf(
              Locale.ROOT,
              "%-22s policy %-6s %-9s again after %.2f s%n",
              fault.words(),
              policy,
              round == 0 ? "(warm-up)" : "round " + round,
              seconds);
          if (round > 0) {
            all.computeIfAbsent(fault, f -> new LinkedHashMap<>())
                .computeIfAbsent(policy, p -> new ArrayList<>())
                .add(seconds);
          }
        }
      }
    }
    return all;
  }

  private void report(Map<RelaunchRound.Fault, Map<String, List<Double>>> all) throws IOException {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("benchmark", "relaunch");
    root.put("rounds", rounds);
    root.put("hosts", hosts);
    root.put("cores", Runtime.getRuntime().availableProcessors());
    ObjectNode seconds = root.putObject("seconds");
    System.out.printf(
        "seconds from the kill to the last host's first line (to the last agent's report to the"
            + " next ApplicationMaster), median [range] of %d rounds, %d hosts%n",
        rounds, hosts);
    all.forEach(
        (fault, byPolicy) -> {
          ObjectNode node = seconds.putObject(fault.words());
          StringBuilder line = new StringBuilder(String.format("%-22s", fault.words()));
          byPolicy.forEach(
              (policy, values) -> {
                Figures figures = new Figures(values);
                node.set(policy, figures.json());
                line.append(String.format("  %s %s", policy, figures.text()));
              });
          System.out.println(line);
        });
    if (json.isPresent()) {
      Files.write(
          json.get(),
          new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(root));
    }
  }
}
