package dev.heddle.tests.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.tests.docker.DerivedImage;
import dev.heddle.tests.docker.DockerEngine;
import dev.heddle.tests.docker.DockerOptions;
import dev.heddle.tests.docker.SampleImages;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * How long a job takes to start and to return, Heddle's beside the distributed shell's.
 *
 * @param rounds measured, after one that warms up
 * @param docker Heddle's hosts are Docker containers; the distributed shell's stay processes
 * @param json where the figures also go
 */
record StartupBench(
    int rounds, int hosts, boolean docker, boolean heddle, boolean shell, Optional<Path> json) {

  private static final String DOCKER_IMAGE = "local/startup";

  /** The three durations of one run, in seconds. */
  private record Run(double fromClient, double fromSubmission, double toReturn) {}

  /** What is shown of each run, by the name that it has in the JSON. */
  private static final Map<String, ToDoubleFunction<Run>> MEASURES = measures();

  private static Map<String, ToDoubleFunction<Run>> measures() {
    Map<String, ToDoubleFunction<Run>> measures = new LinkedHashMap<>();
    measures.put("submission to last host's first line", Run::fromSubmission);
    measures.put("last host's end to client's return", Run::toReturn);
    measures.put("client's start to last host's first line", Run::fromClient);
    return measures;
  }

  void run() throws IOException, InterruptedException {
    Map<String, String> keepLogs = Map.of("yarn.nodemanager.delete.debug-delay-sec", "86400");
    System.err.println("Starting a YARN cluster of " + hosts + " nodes ...");
    EmbeddedCluster.Options options =
        new EmbeddedCluster.Options(Optional.empty(), hosts, keepLogs);
    try (EmbeddedCluster cluster =
            EmbeddedCluster.start(docker ? options.withDocker(DockerOptions.standard()) : options);
        YarnClient yarn = YarnClient.createYarnClient()) {
      yarn.init(cluster.configuration());
      yarn.start();
      Map<String, List<Run>> runs = new LinkedHashMap<>();
      List<Contender> contenders = contenders(cluster);
      for (int round = 0; round <= rounds; round++) {
        for (Contender contender : contenders) {
          Run run = once(contender, round, cluster, yarn);
          System.err.printf(
              Locale.ROOT,
              "%-18s %-9s first line %.2f s after submission, return %.2f s after the end%n",
              contender.name(),
              round == 0 ? "(warm-up)" : "round " + round,
              run.fromSubmission(),
              run.toReturn());
          if (round > 0) {
            runs.computeIfAbsent(contender.name(), name -> new ArrayList<>()).add(run);
          }
        }
      }
      report(runs);
    }
  }

  private List<Contender> contenders(EmbeddedCluster cluster)
      throws IOException, InterruptedException {
    Path scratch = Files.createDirectories(cluster.nodesDirectory().resolve("bench"));
    Path image = Files.createDirectories(scratch.resolve("image"));
    Path train = Files.writeString(image.resolve("train"), Stamps.COMMAND);
    Files.setPosixFilePermissions(train, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<Contender> contenders = new ArrayList<>();
    if (heddle) {
      Path home = Path.of(System.getProperty("heddle.home"));
      String name = docker ? dockerImage(cluster, home, train) : image.toUri().toString();
      contenders.add(new HeddleJob(cluster, HeddleClient.jarIn(home), scratch, name, hosts));
    }
    if (shell) {
      contenders.add(
          new DistributedShell(
              cluster,
              scratch,
              train.toString(),
              hosts,
              docker ? Optional.of("nobody") : Optional.empty()));
    }
    return contenders;
  }

  /** An image with nothing but a shell's tools and the command. */
  private static String dockerImage(EmbeddedCluster cluster, Path home, Path train)
      throws IOException, InterruptedException {
    DockerEngine engine = cluster.docker().orElseThrow();
    new SampleImages(home, engine.host().toString()).build("shell");
    DerivedImage.make(engine, "local/shell", DOCKER_IMAGE, train);
    return DOCKER_IMAGE;
  }

  private Run once(Contender contender, int round, EmbeddedCluster cluster, YarnClient yarn)
      throws IOException, InterruptedException {
    Path output = cluster.directory().resolve("client-" + round + ".log");
    long started = now();
    Process client =
        contender.client(round).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    int code = client.waitFor();
    long returned = now();
    if (code != 0) {
      System.err.print(Files.readString(output));
      throw new IOException(contender.name() + " failed: its client ended with code " + code);
    }
    ApplicationReport application = newest(yarn);
    Stamps stamps =
        Stamps.read(cluster.nodesDirectory(), application.getApplicationId().toString());
    if (stamps.hosts() != hosts) {
      throw new IOException(
          contender.name() + ": found the lines of " + stamps.hosts() + " hosts, not " + hosts);
    }
    long submitted = application.getStartTime() * 1_000_000;
    return new Run(
        (stamps.first() - started) / 1e9,
        (stamps.first() - submitted) / 1e9,
        (returned - stamps.last()) / 1e9);
  }

  private static ApplicationReport newest(YarnClient yarn) throws IOException {
    try {
      return yarn.getApplications().stream()
          .max(Comparator.comparing(ApplicationReport::getApplicationId))
          .orElseThrow(() -> new IOException("the client submitted nothing"));
    } catch (YarnException e) {
      throw new IOException("the cluster does not say what was submitted: " + e.getMessage(), e);
    }
  }

  /** The wall clock, which date(1) in the containers reads too. */
  private static long now() {
    return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
  }

  private void report(Map<String, List<Run>> runs) throws IOException {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("benchmark", "startup");
    all.put("rounds", rounds);
    all.put("hosts", hosts);
    all.put("docker", docker);
    all.put("cores", Runtime.getRuntime().availableProcessors());
    ObjectNode measures = all.putObject("seconds");
    System.out.printf("seconds, median [range] of %d rounds, %d hosts%n", rounds, hosts);
    MEASURES.forEach(
        (measure, duration) -> {
          ObjectNode node = measures.putObject(measure);
          StringBuilder line = new StringBuilder(String.format("%-42s", measure));
          Map<String, Double> medians = new LinkedHashMap<>();
          runs.forEach(
              (name, its) -> {
                Figures figures = new Figures(its.stream().map(duration::applyAsDouble).toList());
                node.set(name, figures.json());
                medians.put(name, figures.median());
                line.append(String.format("  %s %s", name, figures.text()));
              });
          if (medians.size() == 2) {
            List<Double> two = List.copyOf(medians.values());
            double ratio = two.get(0) / two.get(1);
            node.put("ratio", ratio);
            line.append(String.format(Locale.ROOT, "  ratio %.2f", ratio));
          }
          System.out.println(line);
        });
    if (json.isPresent()) {
      Files.write(
          json.get(),
          new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(all));
    }
  }
}
