package dev.heddle.tests.bench.parity;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.embedded.ContainerLogs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * The sample as training jobs, by {@code heddle submit --wait}. The cluster keeps its containers'
 * logs.
 *
 * @param scratch for job files and what the client prints
 * @param image TrainingImage
 */
record HeddleJobs(
    EmbeddedCluster cluster,
    YarnClient yarn,
    HeddleClient client,
    Path scratch,
    Sample sample,
    String image)
    implements Trainer {
  private static final String BUCKET = "bench";

  /** Puts the channels where jobs find them. */
  static void put(EmbeddedCluster cluster, Sample sample) {
    cluster.s3().createBucket(BUCKET);
    cluster.s3().put(BUCKET, "train/digits.csv", bytes(sample.train()));
    cluster.s3().put(BUCKET, "validation/digits.csv", bytes(sample.validation()));
  }

  private static byte[] bytes(String rows) {
    return rows.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public Trained train(String name, Cell cell, int epochs)
      throws IOException, InterruptedException {
    JobFile job =
        JobFile.named(name, image, "s3://" + BUCKET + "/out")
            .hosts(cell.hosts())
            .hyperparameters(sample.hyperparameters(cell, epochs))
            .channel("train", "s3://" + BUCKET + "/train/", "FullyReplicated")
            .channel("validation", "s3://" + BUCKET + "/validation/", "FullyReplicated")
            .maxRuntime(600);
    Sample.METRICS.forEach(job::metric);
    Path file = scratch.resolve(name + ".json");
    Files.write(file, new ObjectMapper().writeValueAsBytes(job.json()));
    Path printed = scratch.resolve(name + ".out");
    long began = System.nanoTime();
    int code =
        client
            .command("submit", "--job", file.toString(), "--wait")
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start()
            .waitFor();
    double seconds = (System.nanoTime() - began) / 1e9;
    if (code != 0) {
      List<String> lines = Files.readAllLines(printed);
      throw new IOException(
          "the client ended with code "
              + code
              + ": "
              + String.join(" / ", lines.subList(Math.max(0, lines.size() - 5), lines.size())));
    }
    return new Trained(logs(newest().getApplicationId().toString()), seconds);
  }

  private List<HostLog> logs(String application) throws IOException {
    List<HostLog> logs = new ArrayList<>();
    for (Path file : new ContainerLogs(cluster.nodesDirectory(), application).files()) {
      HostLog log = HostLog.parse(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
      if (!log.rates().isEmpty()) {
        logs.add(log);
      }
    }
    return logs;
  }

  private ApplicationReport newest() throws IOException {
    try {
      return yarn.getApplications().stream()
          .max(Comparator.comparing(ApplicationReport::getApplicationId))
          .orElseThrow(() -> new IOException("the client submitted nothing"));
    } catch (YarnException e) {
      throw new IOException("the cluster does not say what was submitted: " + e.getMessage(), e);
    }
  }
}
