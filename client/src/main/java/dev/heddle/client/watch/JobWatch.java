package dev.heddle.client.watch;

import dev.heddle.client.cluster.ClusterRefusedException;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.job.JobSight;
import dev.heddle.client.job.JobState;
import dev.heddle.client.session.Causes;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** Waits for a job's end and shows its progress meanwhile. */
public final class JobWatch {
  /** While a change is near: the end must reach the user within a tenth of a second. */
  private static final Duration FAST = Duration.ofMillis(50);

  /** In training the end may be told later the longer the user has waited, by a fiftieth of it. */
  private static final int WAITS = 50;

  private static final Duration EARLY_TRAINING = Duration.ofMillis(100);
  private static final Duration LATE_TRAINING = Duration.ofSeconds(1);

  /** The ResourceManager serves many; an ApplicationMaster only us. */
  private static final Duration ASKING_YARN = Duration.ofMillis(100);

  private static final Duration OUT_OF_SIGHT = Duration.ofSeconds(1);
  private static final Duration GIVE_UP = Duration.ofMinutes(10);

  private final Session session;
  private final JobSight job;
  private final ProgressView view;

  public JobWatch(Session session, JobSight job) {
    this(session, job, session.console());
  }

  /**
   * @param console gets the progress
   */
  public JobWatch(Session session, JobSight job, Console console) {
    this.session = session;
    this.job = job;
    this.view = new ProgressView(console, ZoneId.systemDefault());
  }

  /**
   * Returns the job's record once the job has ended.
   *
   * @throws InterruptedException when the user gives up waiting
   * @throws CommandException when nothing of the job could be seen for ten minutes
   */
  public JobRecord untilEnd() throws InterruptedException, CommandException {
    Instant begun = now();
    Instant seen = begun;
    while (true) {
      Duration pause;
      try {
        JobState state = job.poll();
        seen = now();
        view.show(state, seen);
        if (state.record().ended()) {
          view.end();
          return state.record();
        }
        pause = pause(state, begun);
      } catch (ClusterRefusedException e) {
        view.end();
        throw new CommandException(
            dev.heddle.client.session.ExitCode.UNREACHABLE,
            "the ResourceManager refused to tell how the job stands: " + e.getMessage(),
            e);
      } catch (IOException e) {
        if (seen.plus(GIVE_UP).isBefore(now())) {
          view.end();
          throw CommandException.unreachable(
              "the job could not be seen for ten minutes: "
                  + Causes.sentence(e)
                  + ". It may well go on; see later: heddle describe "
                  + job.name(),
              e);
        }
        view.trouble("the cluster can't be reached (" + Causes.sentence(e) + "); still waiting");
        pause = OUT_OF_SIGHT;
      }
      session.world().pause().pause(pause);
    }
  }

  private Duration pause(JobState state, Instant begun) {
    if (!state.live()) {
      return ASKING_YARN;
    }
    if (!state.record().secondaryStatus().equals("Training")) {
      return FAST;
    }
    return inTraining(Duration.between(begun, now()));
  }

  /**
   * The pause between two looks at a job that trains.
   *
   * @param waited by the user so far
   */
  static Duration inTraining(Duration waited) {
    Duration share = waited.dividedBy(WAITS);
    if (share.compareTo(EARLY_TRAINING) < 0) {
      return EARLY_TRAINING;
    }
    return share.compareTo(LATE_TRAINING) < 0 ? share : LATE_TRAINING;
  }

  private Instant now() {
    return session.world().clock().instant();
  }
}
