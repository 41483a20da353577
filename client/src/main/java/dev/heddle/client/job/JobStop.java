package dev.heddle.client.job;

import dev.heddle.client.cluster.Cluster.Application;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Stops one job, whether its ApplicationMaster runs already or not. */
public final class JobStop {
  private static final Logger LOG = LogManager.getLogger(JobStop.class);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Session session;
  private final JobFollower follower;

  public JobStop(Session session, JobFollower follower) {
    this.session = session;
    this.follower = follower;
  }

  /**
   * Stops it; returns a sentence that says how.
   *
   * @throws CommandException when the job has ended already, or its ApplicationMaster doesn't
   *     answer
   */
  public String stop() throws IOException, CommandException, InterruptedException {
    String name = follower.job().name();
    Instant deadline = session.world().clock().instant().plus(PATIENCE);
    while (true) {
      JobState state = follower.poll();
      if (state.record().ended()) {
        throw CommandException.input(
            "ValidationException: The request was rejected because the training job is in status "
                + state.record().status()
                + ".");
      }
      if (state.live() && ask()) {
        return name + " is stopping";
      }
      // A master that has recorded something will be back, and may have hosts to stop gracefully.
      boolean neverStarted = follower.job().record().isEmpty();
      if (!state.live()
          && neverStarted
          && state.application().filter(a -> a.master().isEmpty()).isPresent()) {
        takeBack(state.application().get(), deadline);
        return name + " is stopped; it had not started";
      }
      if (!session.world().clock().instant().isBefore(deadline)) {
        throw CommandException.unreachable(
            "training job '"
                + name
                + "' can't be stopped now: its ApplicationMaster does not answer. Try again, or end"
                + " it without saving anything: yarn application -kill "
                + follower.job().applicationId().orElse("APPLICATION"),
            null);
      }
      session.world().pause().pause(PAUSE);
    }
  }

  private boolean ask() {
    try {
      follower.connection().orElseThrow().stop();
      return true;
    } catch (IOException e) {
      LOG.debug("asking {} to stop", follower.job().name(), e);
      return false;
    }
  }

  /** Ends an application that has not begun to work, and records that the job was stopped. */
  private void takeBack(Application application, Instant deadline)
      throws IOException, CommandException, InterruptedException {
    session.cluster().kill(application.id(), JobFollower.STOPPED_EARLY);
    while (session.world().clock().instant().isBefore(deadline)) {
      Optional<Application> now = session.cluster().application(application.id());
      if (now.isEmpty() || now.get().stage().ended()) {
        record();
        return;
      }
      session.world().pause().pause(PAUSE);
    }
  }

  /** Nobody else writes now; a master that was faster than the kill has written its own record. */
  private void record() throws IOException, CommandException {
    JobState end = follower.poll();
    StagedJob job = follower.job();
    if (!end.record().status().equals("Stopped") || job.record().isPresent()) {
      return;
    }
    try (FSDataOutputStream out = job.files().create(job.staging().record(), false)) {
      out.write(end.record().json().toString().getBytes(StandardCharsets.UTF_8));
    }
  }
}
