package dev.heddle.tests.bench.parity;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TurnsTest {
  private static final String EPOCHS =
      "while :; do echo epoch=1 loss=1 validation-accuracy=0.5 rows-per-second=1; sleep 0.01; done";

  private final Turns turns = new Turns(3, Duration.ofMillis(300));
  private final Map<Way, Training> trainings = new EnumMap<>(Way.class);

  @TempDir private Path temp;

  @AfterEach
  void end() {
    trainings.values().forEach(Training::close);
  }

  /** A host that prints what a shell's command prints. */
  private Scripted start(Way way, String command) throws IOException {
    Path log = temp.resolve(way.id());
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Scripted training = new Scripted(process, log, List.of());
    trainings.put(way, training);
    return training;
  }

  private record Scripted(Process process, Path file, List<Long> companions) implements Training {
    @Override
    public Optional<Path> log() throws IOException {
      return HostLog.tellsOfAnEpoch(file) ? Optional.of(file) : Optional.empty();
    }

    @Override
    public List<Long> algorithms() {
      return List.of(process.pid());
    }

    @Override
    public boolean hasEnded() {
      return !process.isAlive();
    }

    @Override
    public List<HostLog> await() {
      return List.of();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void eachHasItsRateAndGoesOnAfterwards() throws Exception {
    Scripted beside = start(Way.BESIDE, EPOCHS);
    Scripted docker = start(Way.DOCKER, EPOCHS);
    Map<Way, Double> rates = turns.take(trainings, new Random(1));
    assertEquals(Set.of(Way.BESIDE, Way.DOCKER), rates.keySet());
    // No more than a hundred a second, and of the time in which it stood still nothing.
    rates.values().forEach(rate -> assertTrue(rate > 0 && rate < 130, rate.toString()));
    for (Scripted training : List.of(beside, docker)) {
      long size = Files.size(training.file());
      await().until(() -> Files.size(training.file()) > size);
    }
  }

  @Test
  void whileOthersHaveTheirTurnATrainingAndItsClockStandStill() throws Exception {
    Scripted beside = start(Way.BESIDE, EPOCHS);
    await().until(() -> beside.log().isPresent());
    try (Lane lane = new Lane(Way.BESIDE, beside)) {
      long active = turn(lane, beside.file());
      long size = Files.size(beside.file());
      await().during(Duration.ofMillis(500)).until(() -> Files.size(beside.file()) == size);
      active += turn(lane, beside.file());
      long epochs = Files.readAllLines(beside.file()).size();
      assertTrue(lane.rate() >= (epochs - 1) / (active / 1e9), lane.rate() + " of " + epochs);
    }
  }

  @Test
  void whatRunsForATrainingStopsWithItAndGoesOnBeforeIt() throws Exception {
    Scripted around = start(Way.HAND, EPOCHS);
    Scripted docker = start(Way.DOCKER, EPOCHS);
    await().until(() -> around.log().isPresent() && docker.log().isPresent());
    List<Long> companions = List.of(around.process().pid());
    Scripted both = new Scripted(docker.process(), docker.file(), companions);
    try (Lane lane = new Lane(Way.DOCKER, both)) {
      lane.halt();
      long missed = sizeWhenStill(around.file());
      long trained = sizeWhenStill(docker.file());
      lane.goOnAround();
      await().until(() -> Files.size(around.file()) > missed);
      assertEquals(trained, Files.size(docker.file()));
      lane.goOn();
      await().until(() -> Files.size(docker.file()) > trained);
    }
  }

  /** Of a file that isn't written to any more. */
  private static long sizeWhenStill(Path file) {
    AtomicLong before = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              long size = Files.size(file);
              return before.getAndSet(size) == size;
            });
    return before.get();
  }

  /** Of some epochs, each of which is noticed. Returns how long it took at most, in nanoseconds. */
  private static long turn(Lane lane, Path log) throws Exception {
    long began = System.nanoTime();
    lane.goOn();
    lane.look(System.nanoTime());
    long size = Files.size(log);
    await().until(() -> Files.size(log) > 2 * size);
    lane.halt();
    return System.nanoTime() - began;
  }

  @Test
  void oneThatEndsBeforeItTrainsIsAnError() throws Exception {
    start(Way.BESIDE, EPOCHS);
    start(Way.PROCESS, "echo no data");
    IOException error = assertThrows(IOException.class, () -> turns.take(trainings, new Random(1)));
    assertEquals("Heddle, processes ended before it trained an epoch", error.getMessage());
  }

  @Test
  void oneThatTrainsTooLittleIsAnError() throws Exception {
    start(Way.BESIDE, EPOCHS);
    start(Way.DOCKER, EPOCHS.replace("while :; do", "").replace("; done", "; sleep 60"));
    assertThrows(IOException.class, () -> turns.take(trainings, new Random(1)));
  }
}
