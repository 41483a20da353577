package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.tests.Jobs;
import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.local.LocalMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Each sample algorithm by its own job file, on the cluster, as processes, and on one machine. */
final class SampleRuns {
  private final Jobs jobs;
  private final DockerEngine engine;
  private final Map<String, Trained> trained = new HashMap<>();

  SampleRuns(Jobs jobs, DockerEngine engine) {
    this.jobs = jobs;
    this.engine = engine;
  }

  /**
   * What came of a job that Completed.
   *
   * @param described in the DescribeTrainingJob shape
   * @param archive {@code model.tar.gz}
   */
  record Trained(JsonNode described, Path archive) {
    /** The job's last value of a metric. */
    double metric(String name) {
      for (JsonNode metric : described.path("FinalMetricDataList")) {
        if (metric.path("MetricName").asText().equals(name)) {
          return metric.path("Value").asDouble();
        }
      }
      throw new AssertionError("no metric " + name + " in " + described);
    }

    /** The model's files by name, each as hexadecimal digits. */
    SortedMap<String, String> files() throws IOException {
      SortedMap<String, String> files = new TreeMap<>();
      try (TarArchiveInputStream members =
          new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(archive)))) {
        for (TarArchiveEntry member = members.getNextEntry();
            member != null;
            member = members.getNextEntry()) {
          if (!member.isDirectory()) {
            files.put(member.getName(), HexFormat.of().formatHex(members.readAllBytes()));
          }
        }
      }
      return files;
    }
  }

  static Path sample(String name) {
    return Path.of(System.getProperty("heddle.home")).resolve("tests/algorithms").resolve(name);
  }

  /** The sample's own job file, filled in. */
  ObjectNode job(String name) throws IOException {
    return job(name, jobs.uri("x").replaceFirst("s3://([^/]+)/.*", "$1"));
  }

  private static ObjectNode job(String name, String bucket) throws IOException {
    String text = Files.readString(sample(name).resolve("job.json")).replace("BUCKET", bucket);
    return (ObjectNode) new ObjectMapper().readTree(text);
  }

  private Jobs.Outcome submit(ObjectNode job) throws IOException, InterruptedException {
    return begin(job, "--wait");
  }

  /** {@code heddle submit}, with the image made. */
  Jobs.Outcome begin(ObjectNode job, String... options) throws IOException, InterruptedException {
    String image = job.at("/AlgorithmSpecification/TrainingImage").asText();
    if (image.startsWith("local/")) {
      new Images(engine).sample(image.replaceFirst("local/", ""));
    }
    Path file = jobs.write(job.path("TrainingJobName").asText() + ".json", job.toString());
    List<String> command = new ArrayList<>(List.of("submit", "--job", file.toString()));
    command.addAll(List.of(options));
    return jobs.run(command.toArray(String[]::new));
  }

  Trained completes(ObjectNode job) throws IOException, InterruptedException {
    Jobs.Outcome outcome = submit(job);
    assertEquals(0, outcome.code(), outcome.toString());
    return trained(jobs.describe(job.path("TrainingJobName").asText()));
  }

  /** The end of a job that is described so. */
  Trained trained(JsonNode described) throws IOException {
    assertEquals(
        "Completed", described.path("TrainingJobStatus").asText(), described.toPrettyString());
    String model = described.path("ModelArtifacts").path("S3ModelArtifacts").asText();
    Path archive =
        Files.createDirectories(jobs.scratch("models"))
            .resolve(described.path("TrainingJobName").asText());
    return new Trained(described, Files.write(archive, jobs.object(model)));
  }

  /** Three hosts in YARN's Docker runtime; once for all tests. */
  Trained onTheCluster(String name) throws IOException, InterruptedException {
    Trained known = trained.get(name);
    if (known == null) {
      known = completes(job(name));
      trained.put(name, known);
    }
    return known;
  }

  /** Three hosts as processes of the nodes, with what is installed there. */
  Trained asProcesses(String name) throws IOException, InterruptedException {
    return completes(processJob(name));
  }

  /** The sample's job with its directory as an image of the process runtime. */
  ObjectNode processJob(String name) throws IOException {
    ObjectNode job = job(name).put("TrainingJobName", name + "-processes");
    ((ObjectNode) job.get("AlgorithmSpecification"))
        .put("TrainingImage", sample(name).toUri().toString());
    if (job.has("CheckpointConfig")) {
      ((ObjectNode) job.get("CheckpointConfig"))
          .put("S3Uri", jobs.uri("checkpoints/" + name + "-processes"));
    }
    return job;
  }

  /** Three hosts on one machine. */
  static Trained locally(String name, LocalMachine machine)
      throws IOException, InterruptedException {
    machine.images(name);
    ObjectNode job = job(name, LocalMachine.BUCKET);
    LocalMachine.Run run = machine.run(job);
    assertEquals(0, run.end(), run.out() + run.err());
    String output = "output/" + job.get("TrainingJobName").asText() + "/output/";
    return new Trained(
        new ObjectMapper().readTree(Files.readString(machine.object(output + "job-record.json"))),
        machine.object(output + "model.tar.gz"));
  }

  /** The rows of the validation channel, in order. */
  static String heldOutDigits() {
    StringBuilder heldOut = new StringBuilder();
    Digits.load().objects().entrySet().stream()
        .filter(object -> object.getKey().startsWith("validation/"))
        .forEach(
            object -> heldOut.append(new String(object.getValue(), StandardCharsets.US_ASCII)));
    return heldOut.toString();
  }

  /** Says what the job's user should do, by the job's FailureReason. */
  String reasonOfFailure(ObjectNode job) throws IOException, InterruptedException {
    Jobs.Outcome outcome = submit(job);
    assertEquals(1, outcome.code(), outcome.toString());
    return jobs.describe(job.path("TrainingJobName").asText()).path("FailureReason").asText();
  }

  /** In a container of its own, with the model and what was held out alone. */
  double score(String name, Trained model, String heldOut, String what)
      throws IOException, InterruptedException {
    Path work = Files.createDirectories(jobs.scratch("score-" + name));
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.copy(model.archive(), work.resolve("model.tar.gz"), StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(work.resolve("held-out"), heldOut);
    DockerEngine.Outcome scored =
        engine.run(
            "run",
            "--rm",
            "--network",
            "none",
            "-v",
            work + ":/scored:ro",
            SampleImages.image(name),
            "score",
            "/scored/model.tar.gz",
            "/scored/held-out");
    assertEquals(0, scored.code(), scored.output());
    Matcher share = Pattern.compile(what + "=([0-9.]+)").matcher(scored.output());
    assertTrue(share.find(), scored.output());
    return Double.parseDouble(share.group(1));
  }
}
