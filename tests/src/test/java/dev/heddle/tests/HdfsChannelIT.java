package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.hadoop.HadoopObjectSource;
import dev.heddle.tests.embedded.EmbeddedCluster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Channels on an HDFS of its own, of one NameNode and one DataNode. */
@ExtendWith(ClusterExtension.class)
class HdfsChannelIT {
  private static final String SUMS =
      """
      tree=${SAGEMAKER_BASE_DIR:-/opt/ml}
      cd "$tree/input/data/train" && export LC_ALL=C && find . -type f -print0 | sort -z | xargs -0 sha256sum > "$tree/model/sums"
      cp "$tree/input/data/train-manifest" "$tree/model/manifest"
      """;

  private MiniDFSCluster hdfs;
  private FileSystem files;

  @BeforeEach
  void start(EmbeddedCluster cluster) throws IOException {
    Configuration conf = new Configuration();
    conf.setLong("dfs.blocksize", 1 << 20);
    conf.setLong("dfs.namenode.fs-limits.min-block-size", 1 << 16);
    hdfs =
        new MiniDFSCluster.Builder(
                conf, cluster.directory().resolve("hdfs-" + System.nanoTime()).toFile())
            .numDataNodes(1)
            .build();
    files = hdfs.getFileSystem();
  }

  @AfterEach
  void stop() {
    hdfs.shutdown();
  }

  private void write(String path, byte[] content) throws IOException {
    try (FSDataOutputStream out = files.create(new Path(path), true)) {
      out.write(content);
    }
  }

  private String uri(String path) {
    return files.getUri() + path;
  }

  private static String sum(byte[] content) throws Exception {
    return java.util.HexFormat.of()
        .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(content));
  }

  @Test
  void aChannelOnHdfsReachesTheAlgorithmWhole(Jobs jobs) throws Exception {
    // Of many blocks, and read in two ranges.
    byte[] large = new byte[9 << 20];
    new Random(1).nextBytes(large);
    byte[] small = "warp\nweft\n".getBytes(StandardCharsets.UTF_8);
    write("/data/train/deep/large.bin", large);
    write("/data/train/poem 1.txt", small);
    write("/data/train-2/more", small);
    write("/data/other", small);
    Jobs.Outcome outcome =
        jobs.submitAndWait(
            jobs.job("hdfs-channel", jobs.image("hdfs-channel", SUMS))
                .channel("train", uri("/data/train"), "FullyReplicated"));
    assertEquals(0, outcome.code(), outcome.toString());
    Map<String, String> model = jobs.contents("out/hdfs-channel/output/model.tar.gz");
    assertEquals(
        sum(large)
            + "  ./deep/large.bin\n"
            + sum(small)
            + "  ./poem 1.txt\n"
            + sum(small)
            + "  ./train-2/more\n",
        model.get("sums"));
    assertEquals(
        List.of(
            "data/train",
            uri("/data/train-2/more"),
            uri("/data/train/deep/large.bin"),
            uri("/data/train/poem 1.txt")),
        model.get("manifest").lines().toList());
  }

  @Test
  void aMissingPathIsToldInSageMakersWords(Jobs jobs) throws Exception {
    Jobs.Outcome outcome =
        jobs.submit(
            jobs.job("hdfs-missing", jobs.image("hdfs-missing", SUMS))
                .channel("train", uri("/data/nothing/"), "FullyReplicated"));
    assertEquals(2, outcome.code(), outcome.toString());
    assertTrue(
        outcome
            .err()
            .contains("No S3 objects found under S3 URL \"" + uri("/data/nothing/") + "\""),
        outcome.err());
  }

  @Test
  void aFileReplacedWhileItIsReadIsNamed() throws Exception {
    byte[] old = new byte[3 << 20];
    write("/data/file", old);
    try (HadoopObjectSource source =
        HadoopObjectSource.open(hdfs.getConfiguration(0), Duration.ofSeconds(20))) {
      List<ObjectInfo> listed = new ArrayList<>();
      source.list(ObjectUri.parse(uri("/data/")), listed::add);
      ObjectInfo file = listed.get(0);
      try (InputStream in = source.open(file, 0, file.size())) {
        assertEquals(1 << 20, in.readNBytes(1 << 20).length);
        write("/data/file", new byte[1 << 20]);
        // The blocks of the old file go as soon as the DataNode hears of it; what has begun may
        // still be read to its end, which was the old file's.
        try {
          assertEquals(2 << 20, in.readAllBytes().length);
        } catch (ObjectStoreException e) {
          assertEquals(ObjectStoreException.Kind.CHANGED, e.kind(), e.getMessage());
        }
      }
      ObjectStoreException refusal =
          assertThrows(ObjectStoreException.class, () -> source.open(file, 1 << 20, 1 << 20));
      assertEquals(ObjectStoreException.Kind.CHANGED, refusal.kind());
      assertEquals(
          "Could not read "
              + uri("/data/file")
              + ": the file was replaced after it had been listed. Don't write to a job's input"
              + " while the job runs.",
          refusal.getMessage());
    }
  }

  @Test
  void aRangeOutlivesTheDataNode() throws Exception {
    byte[] content = new byte[3 << 20];
    new Random(2).nextBytes(content);
    write("/data/file", content);
    try (HadoopObjectSource source =
        HadoopObjectSource.open(hdfs.getConfiguration(0), Duration.ofMinutes(2))) {
      ObjectInfo file = source.head(ObjectUri.parse(uri("/data/file"))).orElseThrow();
      try (InputStream in = source.open(file, 0, file.size())) {
        byte[] first = in.readNBytes(1000);
        MiniDFSCluster.DataNodeProperties gone = hdfs.stopDataNode(0);
        hdfs.restartDataNode(gone, true);
        hdfs.waitActive();
        byte[] rest = in.readAllBytes();
        assertEquals(sum(content), sum(concatenated(first, rest)));
      }
    }
  }

  private static byte[] concatenated(byte[] first, byte[] rest) {
    byte[] all = java.util.Arrays.copyOf(first, first.length + rest.length);
    System.arraycopy(rest, 0, all, first.length, rest.length);
    return all;
  }
}
