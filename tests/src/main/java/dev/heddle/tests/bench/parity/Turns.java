package dev.heddle.tests.bench.parity;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Lets trainings of one cell run in turns: while one of them trains, the others are stopped, and
 * with them what runs for them alone. A machine that other machines share gets faster and slower in
 * seconds; all ways get the same of it.
 *
 * @param turns of each training that count; one more before them doesn't
 * @param turn how long each is
 */
record Turns(int turns, Duration turn) {
  private static final Duration TURN = Duration.ofSeconds(1);
  private static final long PATIENCE_NANOS = 180_000_000_000L;
  private static final long OFTEN_MILLIS = 5;
  private static final long SELDOM_MILLIS = 100;

  /**
   * Before each turn. Who has stood still for two seconds does at once what was due meanwhile,
   * which undisturbed would have been done beside more than this turn's training.
   */
  private static final long CATCH_UP_MILLIS = 100;

  /**
   * @param measured seconds of training, in each way
   */
  static Turns of(double measured) {
    return new Turns((int) Math.max(2, Math.ceil(measured * 1e3 / TURN.toMillis())), TURN);
  }

  /** For how long each training runs in its turns. */
  double seconds() {
    return (turns + 1) * turn.toMillis() / 1e3;
  }

  /**
   * Returns with all of them running.
   *
   * @return epochs a second
   * @throws IOException when one of them ends before it trains, or trains too little
   */
  Map<Way, Double> take(Map<Way, Training> trainings, Random order)
      throws IOException, InterruptedException {
    List<Lane> lanes = new ArrayList<>();
    try {
      awaitAll(trainings, lanes);
      if (lanes.size() > 1) {
        for (Lane lane : lanes) {
          lane.halt();
        }
      }
      for (int i = 0; i <= turns; i++) {
        Collections.shuffle(lanes, order);
        for (Lane lane : lanes) {
          run(lane, lanes.size() > 1);
          if (i == 0) {
            lane.forget();
          }
        }
      }
      Map<Way, Double> rates = new EnumMap<>(Way.class);
      for (Lane lane : lanes) {
        rates.put(lane.way(), lane.rate());
      }
      return rates;
    } finally {
      for (Lane lane : lanes) {
        lane.goOnAround();
        lane.goOn();
        lane.close();
      }
    }
  }

  private static void awaitAll(Map<Way, Training> trainings, List<Lane> lanes)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    Map<Way, Training> starting = new EnumMap<>(trainings);
    while (!starting.isEmpty()) {
      for (Map.Entry<Way, Training> each : trainings.entrySet()) {
        Optional<Lane> trains =
            starting.containsKey(each.getKey())
                ? lane(each.getKey(), each.getValue())
                : Optional.empty();
        if (trains.isPresent()) {
          starting.remove(each.getKey());
          lanes.add(trains.get());
          if (trainings.size() > 1) {
            trains.get().haltAlgorithms();
          }
        }
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("these don't train after minutes: " + starting.keySet());
      }
      Thread.sleep(SELDOM_MILLIS);
    }
  }

  private static Optional<Lane> lane(Way way, Training training) throws IOException {
    if (training.log().isPresent()) {
      return Optional.of(new Lane(way, training));
    }
    if (training.hasEnded()) {
      throw new IOException(way.words() + " ended before it trained an epoch");
    }
    return Optional.empty();
  }

  private void run(Lane lane, boolean amongOthers) throws IOException, InterruptedException {
    if (amongOthers) {
      lane.goOnAround();
      Thread.sleep(CATCH_UP_MILLIS);
    }
    lane.goOn();
    long end = System.nanoTime() + turn.toNanos();
    for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
      lane.look(now);
      Thread.sleep(OFTEN_MILLIS);
    }
    if (amongOthers) {
      lane.halt();
    }
  }
}
