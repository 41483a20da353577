package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.JobFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Jobs whose data flows through named pipes. */
@ExtendWith(ClusterExtension.class)
class PipeModeIT {
  private static final int HOSTS = 3;
  private static final int EPOCHS = 3;

  /**
   * Reads both pipes of each epoch at once, and compares what came with what the File channel says
   * that this host gets in that epoch.
   */
  private static final String CHECK =
      """
      tree=${SAGEMAKER_BASE_DIR:-/opt/ml}
      data=$tree/input/data
      host=$(sed -n 's/.*"current_host": *"\\([^"]*\\)".*/\\1/p' "$tree/input/config/resourceconfig.json")
      fail() { echo "$1" > "$tree/output/failure"; exit 1; }
      [ -p "$data/train_0" ] && [ -p "$data/labels_0" ] || fail "no pipes at the start"
      for epoch in 0 1 2; do
        for channel in train labels; do
          while [ ! -p "$data/${channel}_$epoch" ]; do sleep 0.1; done
          sha256sum < "$data/${channel}_$epoch" > "$tree/output/data/$channel$epoch" &
        done
        wait
        for channel in train labels; do
          got=$(cut -d ' ' -f 1 "$tree/output/data/$channel$epoch")
          grep -qx "$host $channel $epoch $got" "$data/expected/sums" ||
            fail "$host $channel $epoch: $got is not what was expected"
          echo "$host $channel $epoch is right"
        done
      done
      echo "right=$epoch"
      """;

  /** The order that the shuffle's description promises, written from it once more. */
  private static int[] shuffled(int size, long seed, int epoch) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    long state = mix(mix(seed) + epoch);
    for (int i = size - 1; i > 0; i--) {
      long bound = i + 1L;
      long number;
      do {
        state += 0x9e3779b97f4a7c15L;
        number = mix(state) >>> 1;
      } while (number >= Long.MAX_VALUE - Long.MAX_VALUE % bound);
      int j = (int) (number % bound);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    }
    return packed.toByteArray();
  }

  private static void record(ByteArrayOutputStream to, byte[] payload) {
    ByteBuffer head = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    to.writeBytes(head.putInt(0xced7230a).putInt(payload.length).array());
    to.writeBytes(payload);
    to.writeBytes(new byte[(4 - payload.length % 4) % 4]);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] random(int seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void eachHostsBytesOfEachEpochAreWhatSeedEpochAndHostSay(EmbeddedCluster cluster, Jobs jobs)
      throws Exception {
    List<byte[]> parts = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      parts.add(random(i, 1 + 150_000 * i));
      cluster.s3().put("tests", "pipes/train/part-" + i + ".gz", gzip(parts.get(i)));
    }
    List<byte[]> images = new ArrayList<>();
    StringBuilder manifest = new StringBuilder();
    for (int i = 0; i < 13; i++) {
      images.add(random(100 + i, 1000 * i));
      cluster.s3().put("tests", "pipes/images/" + i, images.get(i));
      manifest.append(
          "{\"note\":\"\u00e4\",\"label\":%d,\"image-ref\":\"%s\"}%n"
              .formatted(i, jobs.uri("pipes/images/" + i)));
    }
    String augmented = jobs.put("pipes/all.jsonl", manifest.toString());
    StringBuilder expected = new StringBuilder();
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      int[] order = shuffled(parts.size(), 7, epoch);
      ByteArrayOutputStream labels = new ByteArrayOutputStream();
      for (int line : shuffled(images.size(), -1, epoch)) {
        record(labels, images.get(line));
        record(labels, Integer.toString(line).getBytes(StandardCharsets.UTF_8));
      }
      for (int host = 0; host < HOSTS; host++) {
        ByteArrayOutputStream train = new ByteArrayOutputStream();
        for (int place = host; place < order.length; place += HOSTS) {
          train.writeBytes(parts.get(order[place]));
        }
        String line = "algo-%d %s %d %s%n";
        expected.append(line.formatted(host + 1, "train", epoch, sha256(train.toByteArray())));
        expected.append(line.formatted(host + 1, "labels", epoch, sha256(labels.toByteArray())));
      }
    }
    jobs.put("pipes/expected/sums", expected.toString());
    JobFile job =
        jobs.job("pipes", jobs.image("pipes", CHECK))
            .hosts(HOSTS)
            .channel("expected", jobs.uri("pipes/expected/"), "FullyReplicated")
            .metric("right", "right=([0-9]+)");
    ObjectNode train = job.pipe("train", "S3Prefix", jobs.uri("pipes/train/"), "ShardedByS3Key");
    train.put("CompressionType", "Gzip").putObject("ShuffleConfig").put("Seed", 7);
    ObjectNode labels = job.pipe("labels", "AugmentedManifestFile", augmented, "FullyReplicated");
    labels.put("RecordWrapperType", "RecordIO").putObject("ShuffleConfig").put("Seed", -1);
    ((ObjectNode) labels.at("/DataSource/S3DataSource"))
        .putArray("AttributeNames")
        .add("image-ref")
        .add("label");
    Jobs.Outcome outcome = jobs.submitAndWait(job);
    assertEquals(0, outcome.code(), outcome.toString());
    JsonNode described = jobs.describe("pipes");
    for (JsonNode host : described.at("/Heddle/Hosts")) {
      assertEquals(2, host.path("Pipes").size(), host::toString);
      for (JsonNode pipe : host.path("Pipes")) {
        assertTrue(pipe.path("TotalBytes").asLong() > 0, pipe::toString);
      }
    }
    String text = jobs.run("describe", "pipes").out();
    assertTrue(text.contains("the algorithm waited"), text);
  }

  @Test
  void anObjectThatIsDeletedWhileItFlowsFailsTheJobAndNeverEndsAnEpoch(
      EmbeddedCluster cluster, Jobs jobs) throws Exception {
    // Larger than what is fetched ahead.
    cluster.s3().put("tests", "deleted/in/a", random(1, 24 << 20));
    cluster.s3().put("tests", "deleted/in/b", random(2, 24 << 20));
    String read =
        """
        pipe=${SAGEMAKER_BASE_DIR:-/opt/ml}/input/data/train_0
        exec 3< "$pipe"
        head -c 1000 <&3 > /dev/null
        echo reading
        while [ ! -e %s ]; do sleep 0.1; done
        cat <&3 > /dev/null
        echo "took a part for the whole"
        """
            .formatted(jobs.scratch("deleted-go"));
    JobFile job = jobs.job("deleted", jobs.image("deleted", read));
    job.pipe("train", "S3Prefix", jobs.uri("deleted/in/"), "FullyReplicated");
    assertEquals(
        0,
        jobs.submit(job, "--conf", "heddle.pipe.memory-mb=8", "--conf", "heddle.stop.grace=2s")
            .code());
    try {
      jobs.await("deleted", Duration.ofMinutes(2), described -> open(described));
      for (String key : List.of("deleted/in/a", "deleted/in/b")) {
        cluster.s3().delete("tests", key);
      }
      jobs.write("deleted-go", "");
      JsonNode ended = jobs.awaitEnd("deleted", Duration.ofMinutes(2));
      String reason = ended.path("FailureReason").asText();
      assertTrue(reason.startsWith("ClientError: "), reason);
      assertTrue(reason.contains(jobs.uri("deleted/in/")), reason);
      assertTrue(reason.contains("there is no such object"), reason);
      String log = jobs.run("logs", "deleted").out();
      assertTrue(log.contains("reading") && !log.contains("took a part"), log);
    } finally {
      jobs.run("stop", "deleted");
    }
  }

  private static boolean open(JsonNode described) {
    return described.at("/Heddle/Hosts/0/Pipes/0/Open").asBoolean();
  }

  @Test
  void aReaderThatClosesEarlyGetsTheNextEpoch(Jobs jobs) throws Exception {
    jobs.put("early/in/poem", "warp\nweft\n".repeat(200_000));
    String read =
        """
        tree=${SAGEMAKER_BASE_DIR:-/opt/ml}
        for epoch in 0 1 2; do
          while [ ! -p "$tree/input/data/train_$epoch" ]; do sleep 0.05; done
          head -c 9 "$tree/input/data/train_$epoch" >> "$tree/model/heads"
        done
        """;
    JobFile job = jobs.job("early", jobs.image("early", read));
    job.pipe("train", "S3Prefix", jobs.uri("early/in/"), "FullyReplicated");
    Jobs.Outcome outcome = jobs.submitAndWait(job);
    assertEquals(0, outcome.code(), outcome.toString());
    assertEquals(
        String.join("", Collections.nCopies(3, "warp\nweft")),
        jobs.contents("out/early/output/model.tar.gz").get("heads"));
  }
}
