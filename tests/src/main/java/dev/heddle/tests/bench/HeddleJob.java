package dev.heddle.tests.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A training job of Heddle's without data whose algorithm is the command. */
final class HeddleJob implements Contender {
  private static final String BUCKET = "bench";

  private final HeddleClient client;
  private final Path scratch;
  private final String image;
  private final int hosts;

  /**
   * @param jar {@code heddle-VERSION.jar}
   * @param image TrainingImage
   */
  HeddleJob(EmbeddedCluster cluster, Path jar, Path scratch, String image, int hosts) {
    cluster.s3().createBucket(BUCKET);
    this.client = HeddleClient.of(cluster, jar);
    this.scratch = scratch;
    this.image = image;
    this.hosts = hosts;
  }

  @Override
  public String name() {
    return "heddle";
  }

  @Override
  public ProcessBuilder client(int round) throws IOException {
    String name = "startup-" + round;
    Path job = scratch.resolve(name + ".json");
    Files.write(
        job,
        new ObjectMapper()
            .writeValueAsBytes(
                JobFile.named(name, image.replaceFirst("/+$", ""), "s3://" + BUCKET + "/out")
                    .hosts(hosts)
                    .json()));
    return client.command("submit", "--job", job.toString(), "--wait");
  }
}
