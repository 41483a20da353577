package dev.heddle.tests.algorithms.steps;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.algorithms.Digits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample itself, as three processes that are killed and started again. */
class StepsTest {
  private static final int HOSTS = 3;
  private static final int STEPS = 60;
  private static final int INTERVAL = 5;
  private static final StepsSample SAMPLE =
      StepsSample.in(Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent());

  @TempDir private static Path shared;
  private static byte[] undisturbed;

  @TempDir private Path temp;

  @BeforeAll
  static void trainUndisturbed() throws IOException, InterruptedException {
    String obstacle = StepsSample.obstacle().orElse("");
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
    undisturbed = StepsHosts.alone(SAMPLE, shared, settings(Map.of()));
  }

  private static Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("steps", Integer.toString(STEPS));
    settings.put("checkpoint_interval", Integer.toString(INTERVAL));
    settings.putAll(more);
    return settings;
  }

  private StepsHosts hosts(Map<String, String> more) throws IOException {
    return new StepsHosts(SAMPLE, temp, HOSTS, "File", settings(more));
  }

  private StepsHosts piped(Map<String, String> more) throws IOException {
    return new StepsHosts(SAMPLE, temp, HOSTS, "Pipe", settings(more));
  }

  private static List<Integer> all(int code) {
    return Collections.nCopies(HOSTS, code);
  }

  @Test
  void theModelTellsDigitsApart() throws IOException {
    JsonNode weights = new ObjectMapper().readTree(undisturbed).path("weights");
    int right = 0;
    List<String> rows =
        new String(
                Digits.load().objects().get("validation/digits-held-out.csv"),
                StandardCharsets.US_ASCII)
            .lines()
            .toList();
    for (String row : rows) {
      long[] values = Arrays.stream(row.split(",", -1)).mapToLong(Long::parseLong).toArray();
      int best = 0;
      long highest = Long.MIN_VALUE;
      for (int label = 0; label < weights.size(); label++) {
        long score = 16 * weights.path(label).path(64).asLong();
        for (int i = 1; i < values.length; i++) {
          score += values[i] * weights.path(label).path(i - 1).asLong();
        }
        if (score > highest) {
          highest = score;
          best = label;
        }
      }
      right += best == values[0] ? 1 : 0;
    }
    double accuracy = (double) right / rows.size();
    assertTrue(accuracy > 0.85, "accuracy " + accuracy);
  }

  @Test
  void threeHostsTrainWhatOneHostTrains() throws IOException, InterruptedException {
    try (StepsHosts hosts = hosts(Map.of())) {
      hosts.start(1);
      assertEquals(all(0), hosts.ends(), hosts.log(1, 1));
      assertArrayEquals(undisturbed, hosts.model());
      assertEquals(STEPS, hosts.run(3, 1).steps().size());
      assertEquals(
          List.of("step-000050.json", "step-000055.json", "step-000060.json"),
          hosts.checkpoints(2));
    }
  }

  @Test
  void howeverOftenAllAreKilledTheModelIsTheSame() throws IOException, InterruptedException {
    try (StepsHosts hosts = hosts(Map.of("step_millis", "30"))) {
      int attempt = 1;
      hosts.start(attempt);
      for (int step : List.of(3, 22, 40)) {
        hosts.awaitLine(1 + step % HOSTS, attempt, "step=" + step + " ");
        hosts.kill();
        int reached = 0;
        for (int host = 1; host <= HOSTS; host++) {
          reached = Math.max(reached, hosts.run(host, attempt).last());
        }
        hosts.shareCheckpoints();
        attempt++;
        hosts.start(attempt);
        for (int host = 1; host <= HOSTS; host++) {
          hosts.awaitLine(host, attempt, "starting attempt=" + attempt + " from step=");
          int from = hosts.run(host, attempt).from();
          assertEquals(hosts.run(1, attempt).from(), from);
          assertTrue(reached - from <= INTERVAL, "from " + from + ", though at " + reached);
        }
      }
      assertEquals(all(0), hosts.ends(), hosts.log(1, attempt));
      assertArrayEquals(undisturbed, hosts.model());
    }
  }

  @Test
  void oneHostsWholeCheckpointIsEnough() throws IOException, InterruptedException {
    try (StepsHosts hosts = hosts(Map.of())) {
      hosts.start(1);
      assertEquals(all(0), hosts.ends(), hosts.log(1, 1));
      for (int host = 2; host <= HOSTS; host++) {
        Files.delete(hosts.checkpoints(host, host).resolve("step-000060.json"));
      }
      hosts.shareCheckpoints();
      hosts.start(2);
      assertEquals(all(0), hosts.ends(), hosts.log(1, 2));
      assertEquals(60, hosts.run(3, 2).from());
      assertArrayEquals(undisturbed, hosts.model());
    }
  }

  @Test
  void aCheckpointThatIsNotWholeIsPassedOverByAll() throws IOException, InterruptedException {
    try (StepsHosts hosts = hosts(Map.of())) {
      hosts.start(1);
      assertEquals(all(0), hosts.ends(), hosts.log(1, 1));
      for (int host = 1; host <= HOSTS; host++) {
        Path newest = hosts.checkpoints(host, host).resolve("step-000060.json");
        byte[] content = Files.readAllBytes(newest);
        Files.write(newest, Arrays.copyOf(content, content.length / 2));
        Path older = hosts.checkpoints(host, host).resolve("step-000055.json");
        String text = Files.readString(older);
        Files.writeString(older, text.replace("\"velocity\":[[", "\"velocity\":[[1,"));
      }
      hosts.shareCheckpoints();
      Files.delete(hosts.tree(1).resolve("model/model.json"));
      hosts.start(2);
      assertEquals(all(0), hosts.ends(), hosts.log(1, 2));
      assertEquals(50, hosts.run(1, 2).from());
      assertArrayEquals(undisturbed, hosts.model());
    }
  }

  @Test
  void hostsThatSeeOtherCheckpointsAgreeOnTheGreatestThatAllSeeAndSaySo()
      throws IOException, InterruptedException {
    try (StepsHosts hosts = hosts(Map.of())) {
      hosts.start(1);
      assertEquals(all(0), hosts.ends(), hosts.log(1, 1));
      hosts.shareCheckpoints();
      for (int of = 1; of <= HOSTS; of++) {
        Files.delete(hosts.checkpoints(3, of).resolve("step-000060.json"));
      }
      hosts.start(2);
      assertEquals(all(0), hosts.ends(), hosts.log(1, 2));
      assertTrue(hosts.log(1, 2).contains("agreed on step=55"), hosts.log(1, 2));
      assertArrayEquals(undisturbed, hosts.model());
    }
  }

  @Test
  void termToOneHostSavesTheSameStepOnAllAndNoneIsRepeated()
      throws IOException, InterruptedException {
    try (StepsHosts hosts = hosts(Map.of("step_millis", "50"))) {
      hosts.start(1);
      hosts.awaitLine(1, 1, "step=12 ");
      hosts.term(2);
      assertEquals(all(143), hosts.ends(), hosts.log(1, 1));
      int last = hosts.run(1, 1).last();
      hosts.shareCheckpoints();
      hosts.start(2);
      assertEquals(all(0), hosts.ends(), hosts.log(1, 2));
      for (int host = 1; host <= HOSTS; host++) {
        assertEquals(last, hosts.run(host, 2).from());
      }
      assertArrayEquals(undisturbed, hosts.model());
    }
  }

  @Test
  void aPeerThatDiesFailsTheOthersWithItsName() throws IOException, InterruptedException {
    try (StepsHosts hosts = hosts(Map.of("step_millis", "50"))) {
      hosts.start(1);
      hosts.awaitLine(1, 1, "step=2 ");
      hosts.kill(2);
      assertEquals(1, hosts.end(1), hosts.log(1, 1));
      assertEquals(1, hosts.end(3), hosts.log(3, 1));
      assertTrue(hosts.failure(1).contains("lost algo-2"), hosts.failure(1));
    }
  }

  @Test
  void aHostThatMayWaitForTermSavesTheStepItHas() throws IOException, InterruptedException {
    try (StepsHosts hosts = hosts(Map.of("step_millis", "50", "peer_seconds", "60"))) {
      hosts.start(1);
      hosts.awaitLine(1, 1, "step=7 ");
      hosts.kill(2);
      hosts.awaitLine(1, 1, "lost algo-2");
      hosts.term(1);
      assertEquals(143, hosts.end(1), hosts.log(1, 1));
      String saved = "step-%06d.json".formatted(hosts.run(1, 1).last());
      assertTrue(hosts.checkpoints(1).contains(saved), hosts.checkpoints(1).toString());
    }
  }

  @Test
  void throughPipesItIsTheSameModel() throws IOException, InterruptedException {
    int bytes = 0;
    for (Map.Entry<String, byte[]> object : Digits.load().objects().entrySet()) {
      bytes += object.getKey().startsWith("train/") ? object.getValue().length : 0;
    }
    Map<String, String> few = Map.of("steps", "4", "epoch_bytes", Integer.toString(bytes));
    byte[] model = StepsHosts.alone(SAMPLE, temp.resolve("alone"), few);
    try (StepsHosts hosts = piped(few)) {
      for (int host = 1; host <= HOSTS; host++) {
        hosts.feed(host, Collections.nCopies(4, hosts.share(host)));
      }
      hosts.start(1);
      assertEquals(all(0), hosts.ends(), hosts.log(1, 1));
      assertArrayEquals(model, hosts.model());
    }
  }

  @Test
  void anEpochThatLacksARowFailsAllHosts() throws IOException, InterruptedException {
    byte[] whole = "7%s\n7%<s\n".formatted(",1".repeat(64)).getBytes(StandardCharsets.US_ASCII);
    byte[] half = Arrays.copyOf(whole, whole.length / 2);
    String bytes = Integer.toString(HOSTS * whole.length);
    try (StepsHosts hosts = piped(Map.of("epoch_bytes", bytes))) {
      hosts.feed(1, List.of(whole, whole));
      hosts.feed(2, List.of(whole, half));
      hosts.feed(3, List.of(whole, whole));
      hosts.start(1);
      assertEquals(all(1), hosts.ends(), hosts.log(1, 1));
      assertEquals(1, hosts.run(1, 1).last());
      assertTrue(hosts.failure(3).endsWith("bytes in this epoch, not " + bytes), hosts.failure(3));
    }
  }

  @Test
  void anEpochOfOtherBytesFails() throws IOException, InterruptedException {
    try (StepsHosts hosts = hosts(Map.of("epoch_sha256", "0".repeat(64)))) {
      hosts.start(1);
      assertEquals(1, hosts.end(1), hosts.log(1, 1));
      assertTrue(hosts.failure(1).contains("SHA-256"), hosts.failure(1));
    }
  }

  @Test
  void whereWorkersMayComeAndGoALostOneOnlySlows() throws IOException, InterruptedException {
    try (StepsHosts hosts =
        hosts(Map.of("tolerate", "true", "steps", "200", "step_millis", "20"))) {
      hosts.start(1);
      hosts.awaitLine(1, 1, "step=10 ");
      hosts.kill(2);
      hosts.awaitLine(1, 1, "lost algo-2");
      hosts.start(2, 2);
      hosts.awaitLine(1, 1, "algo-2 comes in attempt=2");
      assertEquals(all(0), hosts.ends(), hosts.log(1, 1));
      assertEquals(200, new ObjectMapper().readTree(hosts.model()).path("steps").asInt());
      assertEquals(200, hosts.run(1, 1).steps().size());
    }
  }
}
