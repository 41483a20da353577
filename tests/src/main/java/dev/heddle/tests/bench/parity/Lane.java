package dev.heddle.tests.bench.parity;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One training among others that stand still while it runs, and its epochs on its own clock. */
final class Lane implements Closeable {
  private final Way way;
  private final List<Long> algorithms;
  private final List<Long> companions;
  private final EpochLines lines;
  private final ActiveTime clock = new ActiveTime();
  private final List<Double> ends = new ArrayList<>();

  /**
   * @param training all of whose hosts train
   */
  Lane(Way way, Training training) throws IOException {
    this.way = way;
    algorithms = List.copyOf(training.algorithms());
    companions = List.copyOf(training.companions());
    lines = new EpochLines(training.log().orElseThrow());
  }

  Way way() {
    return way;
  }

  /** Stops the algorithms: those that run for them go on, and so nobody is missed. */
  void haltAlgorithms() throws IOException, InterruptedException {
    Signals.send("STOP", algorithms);
  }

  void halt() throws IOException, InterruptedException {
    Signals.send("STOP", Stream.concat(algorithms.stream(), companions.stream()).toList());
    long now = System.nanoTime();
    look(now);
    clock.pause(now);
  }

  /** Lets those go on that run for the algorithms: what they missed, they now do, and at once. */
  void goOnAround() throws IOException, InterruptedException {
    if (!companions.isEmpty()) {
      Signals.send("CONT", companions);
    }
  }

  /** Trains again. */
  void goOn() throws IOException, InterruptedException {
    clock.resume(System.nanoTime());
    Signals.send("CONT", algorithms);
  }

  /** Takes notice of the epochs that ended. */
  void look(long now) throws IOException {
    for (int more = lines.more(); more > 0; more--) {
      ends.add(clock.at(now));
    }
  }

  /** What came so far doesn't count. */
  void forget() {
    ends.clear();
  }

  /**
   * Epochs a second, from the end of one to the end of another, while it ran.
   *
   * @throws IOException when there were too few
   */
  double rate() throws IOException {
    double seconds = ends.size() < 2 ? 0 : ends.get(ends.size() - 1) - ends.get(0);
    if (seconds <= 0) {
      throw new IOException("it trained " + ends.size() + " epochs in its turns, too few to tell");
    }
    return (ends.size() - 1) / seconds;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
