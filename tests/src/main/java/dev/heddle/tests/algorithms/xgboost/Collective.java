package dev.heddle.tests.algorithms.xgboost;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Communicator;
import ml.dmlc.xgboost4j.java.RabitTracker;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * XGBoost's own all-reduce among the job's hosts. The elected host runs the tracker, bound to the
 * address that its name has in the job; the others come to it under that name.
 */
final class Collective {
  private static final Duration MEETING = Duration.ofMinutes(2);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
  private static final int SILENCE_SECONDS = 300;
  private static final int ANY_PORT = 0;

  private final RabitTracker tracker;

  private Collective(RabitTracker tracker) {
    this.tracker = tracker;
  }

  /**
   * Returns when all hosts of the job are connected.
   *
   * @param port of the elected host, where the others ask for the tracker
   */
  static Collective join(ContractFiles.Place place, int port)
      throws XGBoostError, IOException, InterruptedException {
    long deadline = System.nanoTime() + MEETING.toNanos();
    InetAddress elected = resolve(place.elected(), deadline);
    if (!place.isElected()) {
      connect(place, elected, Rendezvous.ask(elected, port, deadline));
      return new Collective(null);
    }
    RabitTracker tracker =
        new RabitTracker(place.hosts().size(), elected.getHostAddress(), ANY_PORT, SILENCE_SECONDS);
    tracker.start();
    int trackerPort = ((Number) tracker.getWorkerArgs().get("dmlc_tracker_port")).intValue();
    try (Rendezvous open = Rendezvous.open(elected, port, trackerPort)) {
      connect(place, elected, trackerPort);
    }
    return new Collective(tracker);
  }

  private static void connect(ContractFiles.Place place, InetAddress elected, int trackerPort)
      throws XGBoostError {
    Map<String, Object> how = new LinkedHashMap<>();
    how.put("dmlc_communicator", "rabit");
    how.put("dmlc_tracker_uri", elected.getHostAddress());
    how.put("dmlc_tracker_port", trackerPort);
    how.put("dmlc_task_id", String.format("%06d", place.index()));
    how.put("dmlc_timeout", SILENCE_SECONDS);
    Communicator.init(how);
  }

  /** The contract warns that names may resolve late. */
  private static InetAddress resolve(String host, long deadline)
      throws IOException, InterruptedException {
    while (true) {
      try {
        return InetAddress.getByName(host);
      } catch (UnknownHostException e) {
        if (System.nanoTime() - deadline >= 0) {
          throw new IOException("the name " + host + " does not resolve", e);
        }
        Thread.sleep(BETWEEN_TRIES.toMillis());
      }
    }
  }

  /**
   * To be called when all is done, and only then: after a failure the goodbyes would wait for peers
   * that may never come.
   */
  void leave() throws XGBoostError {
    Communicator.shutdown();
    if (tracker != null) {
      tracker.waitFor(SILENCE_SECONDS);
      tracker.stop();
    }
  }
}
