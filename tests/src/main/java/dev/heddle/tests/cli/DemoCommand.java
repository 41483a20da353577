package dev.heddle.tests.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.xgboost.Train;
import dev.heddle.tests.embedded.ClassPath;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import dev.heddle.tests.embedded.JavaCommand;
import dev.heddle.tests.embedded.JobFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * {@code heddle demo}: a real distributed training job, from data in S3 to a scored model, on this
 * machine alone.
 */
public final class DemoCommand {
  private static final String HELP =
      """
      heddle demo [--keep DIR]

      Starts a YARN cluster of 3 nodes and an S3 server on this machine, puts a dataset of
      handwritten digits into S3, trains XGBoost on it on 3 hosts, loads and scores the model in a
      process of its own, and stops everything.

        --keep DIR   copy the model and the job file there. Default: a new directory in the
                     temporary directory

      Exit codes: 0 trained and scored, 1 the job failed or its model scores badly, 2 wrong usage,
      or a system library is missing, 4 the cluster did not start.
      """;

  private static final String JOB = "heddle-demo";
  private static final String BUCKET = "heddle-demo";
  private static final int HOSTS = 3;
  private static final int SHUTDOWN_SECONDS = 60;
  private static final int SHUTDOWN_PRIORITY = 100;

  private final Path home;
  private final EmbeddedCluster cluster;
  private final HeddleClient client;
  private final Path kept;

  private DemoCommand(Path home, EmbeddedCluster cluster, Path kept) throws IOException {
    this.home = home;
    this.cluster = cluster;
    this.client = HeddleClient.of(cluster, HeddleClient.jarIn(home));
    this.kept = kept;
  }

  public static void main(String[] args) throws InterruptedException {
    EmbeddedLogging.configure();
    Optional<String> keep;
    try {
      Usage usage = Usage.parse(List.of(args), Set.of("--keep"));
      if (usage.help()) {
        System.out.print(HELP);
        return;
      }
      keep = usage.text("--keep");
    } catch (Usage.WrongUsage e) {
      System.err.println("heddle demo: " + e.getMessage());
      System.exit(2);
      return;
    }
    Optional<String> missing = SystemLibraries.missing();
    if (missing.isPresent()) {
      System.err.println("heddle demo: " + missing.get());
      System.exit(2);
    }
    System.exit(run(keep.map(Path::of)));
  }

  private static int run(Optional<Path> keep) throws InterruptedException {
    step("Starting a YARN cluster of " + HOSTS + " nodes and an S3 server on this machine");
    EmbeddedCluster cluster;
    try {
      cluster = EmbeddedCluster.start(EmbeddedCluster.Options.nodes(HOSTS));
    } catch (IOException | RuntimeException e) {
      System.err.println("heddle demo: " + e.getMessage());
      return 4;
    }
    Runnable stop = () -> stop(cluster);
    // For Ctrl-C: nothing is left behind then either.
    ShutdownHookManager.get()
        .addShutdownHook(stop, SHUTDOWN_PRIORITY, SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    try {
      Path kept =
          keep.isPresent()
              ? Files.createDirectories(keep.get().toAbsolutePath())
              : Files.createTempDirectory("heddle-demo-");
      Path home = Path.of(System.getProperty("heddle.home"));
      return new DemoCommand(home, cluster, kept).trainAndScore();
    } catch (IOException e) {
      System.err.println("heddle demo: " + e.getMessage());
      return 1;
    } finally {
      ShutdownHookManager.get().removeShutdownHook(stop);
      stop.run();
    }
  }

  private int trainAndScore() throws IOException, InterruptedException {
    step("Putting 1797 handwritten digits (UCI, CC BY 4.0) into s3://" + BUCKET + "/digits");
    cluster.s3().createBucket(BUCKET);
    Digits.load()
        .objects()
        .forEach((key, content) -> cluster.s3().put(BUCKET, "digits/" + key, content));

    Path job = writeJob();
    step("Training XGBoost on " + HOSTS + " hosts: heddle submit --job " + job + " --wait");
    int code = client.command("submit", "--job", job.toString(), "--wait").start().waitFor();
    if (code != 0) {
      System.err.println("heddle demo: the job did not complete (exit code " + code + ")");
      return 1;
    }
    JsonNode described = describe();
    String model = described.path("ModelArtifacts").path("S3ModelArtifacts").asText();

    step("Scoring the model in a process of its own, beside the same algorithm on one host");
    ProcessBuilder score = new ProcessBuilder(scoreCommand(model)).inheritIO();
    score.environment().putAll(cluster.s3().environment());
    if (score.start().waitFor() != 0) {
      System.err.println("heddle demo: the model is not as good as one that one host trains");
      return 1;
    }
    Path copy = copy(model);
    System.out.println();
    System.out.println("The model      " + model);
    System.out.println("               (that S3 server ends now; a copy is in " + copy + ")");
    for (JsonNode metric : described.path("FinalMetricDataList")) {
      System.out.printf(
          "Final metric   %s = %s%n",
          metric.path("MetricName").asText(), metric.path("Value").asText());
    }
    System.out.println("Try next       cat " + job + "   the job, as SageMaker's API has it");
    System.out.println(
        "               ./heddle cluster   a cluster that stays, for jobs of your own");
    System.out.println("               README.md, 'A job of your own': five minutes from here");
    return 0;
  }

  private Path writeJob() throws IOException {
    Path image = home.resolve("tests/target/images/xgboost");
    String data = "s3://" + BUCKET + "/digits/";
    JobFile job =
        JobFile.named(JOB, image.toUri(), "s3://" + BUCKET + "/output")
            .hosts(HOSTS)
            .hyperparameters(Train.exampleHyperparameters())
            .channel("train", data + "train/", "ShardedByS3Key")
            .channel("validation", data + "validation/", "FullyReplicated")
            .metric("train:accuracy", "train-accuracy=([0-9.]+)")
            .metric("validation:accuracy", "validation-accuracy=([0-9.]+)")
            .environment(Map.of("JAVA_HOME", System.getProperty("java.home")))
            .maxRuntime(600);
    Path file = kept.resolve("job.json");
    Files.write(
        file, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(job.json()));
    return file;
  }

  private JsonNode describe() throws IOException, InterruptedException {
    Process describe =
        client
            .command("describe", JOB, "--json")
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    byte[] json = describe.getInputStream().readAllBytes();
    if (describe.waitFor() != 0) {
      throw new IOException("'heddle describe " + JOB + "' failed");
    }
    return new ObjectMapper().readTree(json);
  }

  private static List<String> scoreCommand(String model) {
    List<String> command = new ArrayList<>(JavaCommand.quickStart());
    command.addAll(
        List.of(
            "-cp",
            String.join(File.pathSeparator, ClassPath.entries()),
            "-Dlog4j2.configurationFile=classpath:log4j2-embedded.xml",
            ScoreModel.class.getName(),
            model));
    return command;
  }

  private Path copy(String model) throws IOException {
    String prefix = "s3://" + BUCKET + "/";
    if (!model.startsWith(prefix)) {
      throw new IOException("the job describes its model as '" + model + "', outside " + prefix);
    }
    byte[] content =
        cluster
            .s3()
            .get(BUCKET, model.substring(prefix.length()))
            .orElseThrow(() -> new IOException("there is no object " + model));
    return Files.write(kept.resolve("model.tar.gz"), content);
  }

  private static void stop(EmbeddedCluster cluster) {
    try {
      cluster.close();
    } catch (IOException | RuntimeException e) {
      System.err.println("heddle demo: " + e.getMessage());
    }
  }

  private static void step(String what) {
    System.out.println("== " + what);
    System.out.flush();
  }
}
