package dev.heddle.client.doctor;

import dev.heddle.am.launch.OutputLayout;
import dev.heddle.client.cluster.Cluster.Application;
import dev.heddle.client.job.Diagnostics;
import dev.heddle.client.job.JobFollower;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.job.JobState;
import dev.heddle.client.session.Causes;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import dev.heddle.client.submit.JobFile;
import dev.heddle.client.submit.S3Opening;
import dev.heddle.client.submit.Submission;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.pipemode.ObjectUri;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Runs the probe, waits for it, and leaves nothing of it behind but YARN's own log. */
final class Probe {
  private static final Logger LOG = LogManager.getLogger(Probe.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration LAST_STEPS = Duration.ofSeconds(30);

  private final Session session;
  private final ProbeJob job;
  private final S3Opening s3;

  Probe(Session session, ProbeJob job, S3Opening s3) {
    this.session = session;
    this.job = job;
    this.s3 = s3;
  }

  /**
   * Submits it and waits for its end.
   *
   * @param settings that the file was made with
   * @throws CommandException what the submission has to say, when nothing was submitted
   */
  ProbeOutcome run(JobFile file, Settings settings)
      throws IOException, CommandException, InterruptedException {
    Instant begun = now();
    Submission.Submitted submitted = new Submission(session, file, settings, s3).submit();
    String id = submitted.applicationId();
    boolean ended = false;
    try (JobFollower follower = new JobFollower(session, submitted.job());
        Closeable hook = session.world().onInterrupt(() -> abandon(submitted))) {
      Seen seen = watch(follower, begun.plus(job.plan().patience()));
      ended = seen.hindrance().isEmpty();
      return outcome(begun, id, seen);
    } finally {
      finish(submitted, ended);
    }
  }

  /** The last that was seen of it, and what hinders it where it hasn't ended. */
  private record Seen(Optional<JobRecord> record, String hindrance) {}

  private Seen watch(JobFollower follower, Instant deadline)
      throws IOException, CommandException, InterruptedException {
    while (true) {
      JobState state = follower.poll();
      if (state.record().ended()) {
        return new Seen(Optional.of(state.record()), "");
      }
      if (!now().isBefore(deadline)) {
        return new Seen(Optional.of(state.record()), hindrance(state));
      }
      session.world().pause().pause(PAUSE);
    }
  }

  private String hindrance(JobState state) {
    List<String> words = new ArrayList<>();
    words.add(
        "the probe was still "
            + state.record().secondaryStatus()
            + " after "
            + job.plan().patience().toSeconds()
            + " s");
    state.note().ifPresent(words::add);
    state
        .application()
        .map(Application::diagnostics)
        .map(Diagnostics::useful)
        .filter(useful -> !useful.isEmpty() && words.stream().noneMatch(w -> w.contains(useful)))
        .ifPresent(words::add);
    words.addAll(state.record().notes());
    return String.join("; ", words);
  }

  private ProbeOutcome outcome(Instant begun, String id, Seen seen)
      throws CommandException, InterruptedException {
    String trouble = seen.hindrance();
    Map<String, ContainerReport> reports = Map.of();
    Optional<Boolean> logged = Optional.empty();
    JobRecord record = seen.record().orElseThrow();
    if (trouble.isEmpty() && record.status().equals("Completed")) {
      try {
        reports =
            ReportArchive.read(
                s3.store(),
                OutputLayout.of(job.plan().output().orElseThrow(), job.name()).modelArchive());
      } catch (IOException e) {
        trouble = "the probe's model can't be read: " + Causes.sentence(e);
      }
      logged = new LogWait(session).logged(id, record);
    } else if (trouble.isEmpty()) {
      trouble = record.failureReason().orElse("the probe was stopped");
    }
    return new ProbeOutcome(
        Optional.of(id), seen.record(), trouble, diagnostics(id), reports, logged, begun, now());
  }

  /** The process is being ended: what can be done at once is done. */
  private void abandon(Submission.Submitted submitted) {
    kill(submitted.applicationId(), "heddle doctor was ended");
    try {
      submitted.job().files().delete(submitted.job().staging().directory(), true);
      clean(s3, job.folder());
    } catch (IOException e) {
      LOG.warn("{} stays behind ({})", submitted.job().staging().directory(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String diagnostics(String id) {
    try {
      return session.cluster().application(id).map(Application::diagnostics).orElse("");
    } catch (IOException e) {
      LOG.debug("asking for {}", id, e);
      return "";
    }
  }

  /**
   * Removes what lies in the staging directory, once nobody writes there any more.
   *
   * @param ended whether the job has; else it is ended
   */
  private void finish(Submission.Submitted submitted, boolean ended) {
    String id = submitted.applicationId();
    if (!ended) {
      kill(id, "heddle doctor waits no longer");
    }
    try {
      Instant deadline = now().plus(LAST_STEPS);
      while (session.cluster().application(id).filter(a -> !a.stage().ended()).isPresent()) {
        if (!now().isBefore(deadline)) {
          kill(id, "heddle doctor waits no longer");
          break;
        }
        session.world().pause().pause(PAUSE);
      }
      submitted.job().files().delete(submitted.job().staging().directory(), true);
    } catch (IOException e) {
      LOG.warn("{} stays behind ({})", submitted.job().staging().directory(), e.getMessage());
    } catch (InterruptedException e) {
      kill(id, "heddle doctor was interrupted");
      Thread.currentThread().interrupt();
    }
  }

  private void kill(String id, String why) {
    try {
      session.cluster().kill(id, why);
    } catch (IOException e) {
      LOG.warn("{} could not be ended ({})", id, e.getMessage());
    }
  }

  /** Removes what lies in S3. */
  static void clean(S3Opening s3, ObjectUri folder) throws InterruptedException {
    try {
      List<ObjectUri> left = new ArrayList<>();
      s3.store().list(folder.child(""), each -> left.add(each.uri()));
      for (ObjectUri each : left) {
        s3.store().delete(each);
      }
    } catch (IOException | CommandException e) {
      LOG.warn("{} stays behind ({})", folder, e.getMessage());
    }
  }

  private Instant now() {
    return session.world().clock().instant();
  }
}
