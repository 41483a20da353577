package dev.heddle.tests.bench.parity;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.embedded.ContainerLogs;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import dev.heddle.tests.embedded.HostProcesses;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileUtil;

/**
 * The sample as training jobs, by {@code heddle submit --wait}. The cluster keeps its containers'
 * logs.
 *
 * @param scratch for job files and what the client prints
 * @param image TrainingImage
 * @param port where the hosts meet
 */
record HeddleJobs(
    EmbeddedCluster cluster,
    HeddleClient client,
    Path scratch,
    Sample sample,
    String image,
    int port)
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
  public Training start(String name, Cell cell, int epochs) throws IOException {
    JobFile job =
        JobFile.named(name, image, "s3://" + BUCKET + "/out")
            .hosts(cell.hosts())
            .hyperparameters(sample.hyperparameters(cell, epochs, port))
            .channel("train", "s3://" + BUCKET + "/train/", "FullyReplicated")
            .channel("validation", "s3://" + BUCKET + "/validation/", "FullyReplicated")
            .maxRuntime(600);
    Sample.METRICS.forEach(job::metric);
    Path file = scratch.resolve(name + ".json");
    Files.write(file, new ObjectMapper().writeValueAsBytes(job.json()));
    Path printed = scratch.resolve(name + ".out");
    Process submit =
        client
            .command("submit", "--job", file.toString(), "--wait")
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    return new Submitted(
        name,
        Sample.hosts(cell.hosts()),
        submit,
        printed,
        cluster.nodesDirectory(),
        cluster.staging().resolve(name));
  }

  /**
   * A job and its client.
   *
   * @param printed by the client
   * @param staging the job's own part of it
   */
  private record Submitted(
      String name, List<String> hosts, Process client, Path printed, Path nodes, Path staging)
      implements Training {
    private static final Pattern APPLICATION = Pattern.compile("\\bapplication_\\d+_\\d+\\b");

    /** Empty until YARN has given it a number. */
    private Optional<String> application() throws IOException {
      Matcher matcher = APPLICATION.matcher(Files.readString(printed));
      return matcher.find() ? Optional.of(matcher.group()) : Optional.empty();
    }

    @Override
    public Optional<Path> log() throws IOException {
      Optional<String> application = application();
      if (application.isPresent()) {
        for (Path file : new ContainerLogs(nodes, application.get()).files()) {
          if (HostLog.tellsOfAnEpoch(file)) {
            return Optional.of(file);
          }
        }
      }
      return Optional.empty();
    }

    @Override
    public List<Long> algorithms() throws IOException {
      return HostProcesses.algorithms(name, hosts.size());
    }

    @Override
    public List<Long> companions() throws IOException {
      // Programs don't matter here.
      HostProcesses processes = new HostProcesses(application().orElseThrow(), "");
      List<Long> pids = new ArrayList<>(List.of(client.pid(), processes.master()));
      for (String host : hosts) {
        pids.add(processes.agent(host));
      }
      return pids;
    }

    @Override
    public boolean hasEnded() {
      return !client.isAlive();
    }

    @Override
    public List<HostLog> await() throws IOException, InterruptedException {
      int code = client.waitFor();
      if (code != 0) {
        List<String> lines = Files.readAllLines(printed);
        throw new IOException(
            "the client ended with code "
                + code
                + ": "
                + String.join(" / ", lines.subList(Math.max(0, lines.size() - 5), lines.size())));
      }
      List<HostLog> logs = new ArrayList<>();
      for (Path file : new ContainerLogs(nodes, application().orElseThrow()).files()) {
        HostLog log = HostLog.parse(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
        if (!log.rates().isEmpty()) {
          logs.add(log);
        }
      }
      return logs;
    }

    /** What goes wrong elsewhere is no reason to break off a job of some seconds. */
    @Override
    public void close() {
      try {
        if (!client.waitFor(2, TimeUnit.MINUTES)) {
          client.destroy();
        }
        // The cluster looks after all that lies there, all the time.
        boolean unused = FileUtil.fullyDelete(staging.toFile());
      } catch (InterruptedException e) {
        client.destroy();
        Thread.currentThread().interrupt();
      }
    }
  }
}
