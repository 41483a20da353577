package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HostProcesses;
import dev.heddle.tests.embedded.JobFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What S3 and the next attempt have of checkpoint directories to which three hosts do all that
 * programs do. {@code -Dheddle.test.checkpoint.files=} and {@code -Dheddle.test.checkpoint.big-mb=}
 * make them larger.
 */
@ExtendWith(ClusterExtension.class)
class CheckpointFilesIT {
  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final int HOSTS = 3;
  private static final int FILES = Integer.getInteger("heddle.test.checkpoint.files", 1500);
  private static final int BIG_MB = Integer.getInteger("heddle.test.checkpoint.big-mb", 200);

  /** Of the file that is written again and again. */
  private static final int REWRITTEN = 20 << 20;

  private static final String ALGORITHM =
      """
      exec /usr/bin/python3 - <<'PYTHON'
      import hashlib, json, os, shutil, time
      base = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
      with open(base + "/input/config/resourceconfig.json") as f:
          host = json.load(f)["current_host"]
      number = int(host[5:])
      root = base + "/checkpoints"
      own = root + "/" + host
      gate = "GATE"

      def write(name, content):
          os.makedirs(os.path.dirname(own + "/" + name), exist_ok=True)
          with open(own + "/" + name, "wb") as f:
              f.write(content)

      def arrive(where):
          open(gate + "/arrived." + host + "." + where, "w").close()

      def wait(where):
          while os.path.isdir(gate) and not os.path.exists(gate + "/" + where):
              time.sleep(0.1)

      def big():
          with open(own + "/big", "wb") as f:
              for i in range(BIG):
                  f.write((b"%d %d;" % (number, i)).ljust(1024, b"b") * 1024)

      def first():
          for i in range(number - 1, FILES, 3):
              write("many/%d/%d" % (i % 97, i), b"%d of %d" % (i, number))
          write("gone", b"to be deleted")
          write("before", b"to be renamed")
          os.makedirs(own + "/directory")
          write("directory/inside", b"goes with its directory")
          if number == 1:
              big()
          arrive("written")
          wait("change")
          os.remove(own + "/gone")
          os.rename(own + "/before", own + "/after")
          shutil.rmtree(own + "/directory")
          for letter in b"abcdefghijklmnopqrstuvwxyz":
              write("rewritten", bytes([letter]) * REWRITTEN)
              time.sleep(0.2)
          write("own", b"of " + host.encode())
          arrive("changed")
          wait("forever")

      def second():
          with open(base + "/model/" + host, "w") as seen:
              for directory, _, files in os.walk(root):
                  for name in files:
                      path = os.path.join(directory, name)
                      with open(path, "rb") as f:
                          digest = hashlib.sha256()
                          while chunk := f.read(1 << 20):
                              digest.update(chunk)
                      print(digest.hexdigest(), os.path.relpath(path, root), file=seen)
          if number == 3:
              for entry in os.listdir(root):
                  shutil.rmtree(root + "/" + entry)
          else:
              os.remove(own + "/own")
              write("second", b"by " + host.encode())
          arrive("second")
          wait("end")

      first() if os.environ["HEDDLE_ATTEMPT"] == "1" else second()
      PYTHON
      """
          .replace("FILES", Integer.toString(FILES))
          .replace("BIG", Integer.toString(BIG_MB))
          .replace("REWRITTEN", Integer.toString(REWRITTEN));

  private static String name(String key) {
    return key.substring("kept/".length());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String sha256(String text) {
    return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** What the first attempt must have left, each file's digest by its name. */
  private static SortedMap<String, String> expected() {
    SortedMap<String, String> files = new TreeMap<>();
    for (int i = 0; i < FILES; i++) {
      int host = i % HOSTS + 1;
      files.put("algo-" + host + "/many/" + i % 97 + "/" + i, sha256(i + " of " + host));
    }
    for (int host = 1; host <= HOSTS; host++) {
      String own = "algo-" + host + "/";
      files.put(own + "after", sha256("to be renamed"));
      files.put(own + "own", sha256("of algo-" + host));
      files.put(own + "rewritten", sha256("z".repeat(REWRITTEN)));
    }
    MessageDigest big = sha256();
    for (int i = 0; i < BIG_MB; i++) {
      String start = "1 " + i + ";";
      String line = start + "b".repeat(1024 - start.length());
      big.update(line.repeat(1024).getBytes(StandardCharsets.US_ASCII));
    }
    files.put("algo-1/big", HexFormat.of().formatHex(big.digest()));
    return files;
  }

  /** What S3 has. */
  private static SortedMap<String, String> kept(EmbeddedCluster cluster) throws IOException {
    Path objects = cluster.directory().resolve("s3/tests/kept");
    SortedMap<String, String> files = new TreeMap<>();
    for (String key : cluster.s3().keys("tests", "kept/")) {
      try {
        files.put(name(key), sha256(objects.resolve(name(key))));
      } catch (NoSuchFileException e) {
        // It was deleted meanwhile.
      }
    }
    return files;
  }

  private static void awaitAll(Gate gate, String where) {
    Awaitility.await("all hosts at " + where)
        .atMost(PATIENCE)
        .until(
            () ->
                gate.reached("algo-1." + where)
                    && gate.reached("algo-2." + where)
                    && gate.reached("algo-3." + where));
  }

  private static void awaitKept(
      EmbeddedCluster cluster, SortedMap<String, String> expected, String when) {
    Awaitility.await("so many keys " + when)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(2))
        .until(() -> cluster.s3().keys("tests", "kept/").size() == expected.size());
    Awaitility.await("S3 " + when)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(() -> assertEquals(expected, kept(cluster), when));
  }

  private static Map<String, String> seen(String list) {
    SortedMap<String, String> files = new TreeMap<>();
    list.lines().forEach(line -> files.put(line.substring(65), line.substring(0, 64)));
    return files;
  }

  @Test
  void s3EndsAsTheDirectoriesDidAndNothingOfAnotherHostIsLost(EmbeddedCluster cluster, Jobs jobs)
      throws Exception {
    try (Gate gate = new Gate(jobs.scratch("keeper-gate"))) {
      String script = ALGORITHM.replace("GATE", gate.directory().toString());
      JobFile job = jobs.job("keeper", jobs.image("keeper", script)).hosts(HOSTS);
      job.relaunched(jobs.uri("kept"), 3);
      Jobs.Outcome outcome = jobs.submit(job);
      assertEquals(0, outcome.code(), outcome.toString());
      awaitAll(gate, "written");
      for (int host = 1; host <= HOSTS; host++) {
        for (String file : List.of("gone", "before", "directory/inside")) {
          String prefix = "kept/algo-" + host + "/" + file;
          Awaitility.await(prefix)
              .atMost(PATIENCE)
              .until(() -> !cluster.s3().keys("tests", prefix).isEmpty());
        }
      }
      gate.open("change");
      awaitAll(gate, "changed");
      SortedMap<String, String> expected = expected();
      awaitKept(cluster, expected, "once the first attempt changes nothing any more");

      String application = jobs.describe("keeper").at("/Heddle/ApplicationId").asText();
      HostProcesses.signal(new HostProcesses(application, "").agent("algo-2"), "KILL");
      awaitAll(gate, "second");
      expected.remove("algo-1/own");
      expected.remove("algo-2/own");
      expected.put("algo-1/second", sha256("by algo-1"));
      expected.put("algo-2/second", sha256("by algo-2"));
      awaitKept(cluster, expected, "after a host has wiped everything");
      gate.open("end");
      JsonNode end = jobs.awaitEnd("keeper", PATIENCE);
      assertEquals("Completed", end.path("TrainingJobStatus").asText(), end.toPrettyString());
      assertEquals(expected, kept(cluster), "in S3 at the end");
      Map<String, String> model = jobs.contents("out/keeper/output/model.tar.gz");
      SortedMap<String, String> atStart = expected();
      for (int host = 1; host <= HOSTS; host++) {
        assertEquals(atStart, seen(model.get("algo-" + host)), "what algo-" + host + " had");
      }
    }
  }
}
