package dev.heddle.client.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.client.cluster.Cluster.Application;
import dev.heddle.client.cluster.Cluster.Stage;
import dev.heddle.client.cluster.ClusterRefusedException;
import dev.heddle.client.cluster.JobConnection;
import dev.heddle.client.s3.S3Choice;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.FailureReason;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.runtime.LaunchFaults;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Tells how one job stands, from the best source that answers: the running ApplicationMaster, else
 * the record it left, else what the ResourceManager knows. Not for use by several threads.
 */
public final class JobFollower implements JobSight, Closeable {
  private static final Logger LOG = LogManager.getLogger(JobFollower.class);

  /** In the diagnostics of an application that was stopped before it could record anything. */
  public static final String STOPPED_EARLY = "stopped by its user before it had started";

  private static final String INTERNAL_ERROR =
      "InternalServerError: We encountered an internal error. Please try again. ";

  private final Session session;
  private final StagedJob job;
  private final OutputRecords outputs;
  private Optional<String> applicationId = Optional.empty();
  private Optional<JobConnection> connection = Optional.empty();

  public JobFollower(Session session, StagedJob job) {
    this.session = session;
    this.job = job;
    this.outputs = new OutputRecords(session);
  }

  /**
   * Follows the job of that name.
   *
   * @throws CommandException when there is no such job
   */
  public static JobFollower of(Session session, String name) throws IOException, CommandException {
    JobName.check(name);
    StagingArea area = session.staging(session.settings(Map.of()));
    StagedJob job = area.job(name);
    if (job.claimed().isEmpty()) {
      throw CommandException.input(
          "ValidationException: Requested resource not found. There is no training job '"
              + name
              + "' in "
              + area.root());
    }
    return new JobFollower(session, job);
  }

  public StagedJob job() {
    return job;
  }

  /** The open connection to the ApplicationMaster, as of the last {@link #poll}. */
  public Optional<JobConnection> connection() {
    return connection;
  }

  @Override
  public String name() {
    return job.name();
  }

  @Override
  public JobState poll() throws IOException, CommandException {
    Optional<JobState> live = askMaster();
    if (live.isPresent()) {
      return live.get();
    }
    Optional<JobRecord> stored = job.record();
    if (stored.isPresent() && stored.get().ended()) {
      return new JobState(stored.get(), Optional.empty(), false, Optional.empty());
    }
    Optional<Application> application;
    try {
      application = application();
    } catch (ClusterRefusedException e) {
      throw e;
    } catch (IOException e) {
      if (stored.isEmpty()) {
        throw e;
      }
      String note = "this is the job's last record; the ResourceManager can't be reached";
      return new JobState(stored.get(), Optional.empty(), false, Optional.of(note));
    }
    if (application.isEmpty()) {
      return unknownToYarn(stored);
    }
    if (application.get().stage().ended()) {
      return afterTheEnd(application.get());
    }
    return running(application.get(), stored);
  }

  private Optional<JobState> askMaster() {
    if (connection.isEmpty()) {
      return Optional.empty();
    }
    try {
      if (Json.read(connection.get().describe()) instanceof ObjectNode object) {
        return Optional.of(
            new JobState(new JobRecord(object), Optional.empty(), true, Optional.empty()));
      }
    } catch (IOException e) {
      LOG.debug("the ApplicationMaster of {} no longer answers", job.name(), e);
    }
    close();
    return Optional.empty();
  }

  private Optional<Application> application() throws IOException {
    if (applicationId.isEmpty()) {
      applicationId = job.applicationId();
    }
    return applicationId.isEmpty()
        ? Optional.empty()
        : session.cluster().application(applicationId.get());
  }

  private JobState running(Application application, Optional<JobRecord> stored)
      throws IOException, CommandException {
    Optional<String> note = Optional.empty();
    if (application.master().isPresent()) {
      try {
        connection =
            Optional.of(
                session
                    .world()
                    .job(
                        session.hadoop(),
                        application.master().get(),
                        application.id(),
                        job.secret()));
        Optional<JobState> live = askMaster();
        if (live.isPresent()) {
          return live.get();
        }
      } catch (IOException e) {
        LOG.debug("connecting to the ApplicationMaster of {}", job.name(), e);
      }
      note = Optional.of("the ApplicationMaster does not answer at the moment");
    } else if (application.stage() == Stage.WAITING) {
      String why = Diagnostics.useful(application.diagnostics());
      note =
          Optional.of(
              "waiting for queue '"
                  + application.queue()
                  + "' to start the ApplicationMaster"
                  + (why.isEmpty() ? "" : ": " + why));
    }
    JobRecord record = stored.orElse(null);
    if (record == null) {
      record = RecordDraft.withApplication(draft(application.started()), application);
    }
    return new JobState(record, Optional.of(application), false, note);
  }

  /** The application has ended: what it recorded counts, however late it came. */
  private JobState afterTheEnd(Application application) throws IOException, CommandException {
    Optional<JobRecord> last = job.record();
    if (last.isPresent() && last.get().ended()) {
      return new JobState(last.get(), Optional.of(application), false, Optional.empty());
    }
    Optional<JobRecord> inS3 = outputs.find(job);
    if (inS3.isPresent() && inS3.get().ended()) {
      return new JobState(inS3.get(), Optional.of(application), false, Optional.empty());
    }
    JobRecord before =
        last.isPresent()
            ? last.get()
            : RecordDraft.withApplication(draft(application.started()), application);
    Instant end = application.finished().orElseGet(session.world().clock()::instant);
    JobRecord record =
        application.stage() == Stage.KILLED && application.diagnostics().contains(STOPPED_EARLY)
            ? RecordDraft.ended(before, "Stopped", end, "Training job stopped", "")
            : died(before, end, application);
    return new JobState(record, Optional.of(application), false, Optional.empty());
  }

  /** A NodeManager's refusal that can be helped is told as such, not as an internal error. */
  private JobRecord died(JobRecord before, Instant when, Application application) {
    return new LaunchFaults("", "", "")
        .explain(application.diagnostics())
        .map(
            fault ->
                RecordDraft.ended(
                    before,
                    "Failed",
                    when,
                    "Training job failed",
                    new FailureReason(fault.blame(), fault.message()).toString()))
        .orElseGet(() -> died(before, when, howItDied(application)));
  }

  private static String howItDied(Application application) {
    String why = Diagnostics.useful(application.diagnostics());
    String what =
        switch (application.stage()) {
          case KILLED -> "The YARN application was killed";
          case FINISHED -> "The ApplicationMaster ended without recording how the job ended";
          default -> "The ApplicationMaster failed";
        };
    return what + (why.isEmpty() ? "." : ": " + why);
  }

  private JobState unknownToYarn(Optional<JobRecord> stored) throws IOException, CommandException {
    Optional<JobRecord> inS3 = outputs.find(job);
    if (inS3.isPresent() && inS3.get().ended()) {
      return new JobState(inS3.get(), Optional.empty(), false, Optional.empty());
    }
    Instant now = session.world().clock().instant();
    Instant claimed = job.claimed().orElse(now);
    JobRecord before = stored.isPresent() ? stored.get() : draft(claimed);
    if (stored.isEmpty() && claimed.plus(StagedJob.SUBMISSION).isAfter(now)) {
      Optional<String> note = Optional.of("the job is being submitted");
      return new JobState(before, Optional.empty(), false, note);
    }
    String what =
        applicationId
            .map(id -> "The ResourceManager no longer knows " + id + ".")
            .orElse("Its submission was broken off; the name can be used again.");
    JobRecord record = died(before, before.created().orElse(claimed), what);
    return new JobState(record, Optional.empty(), false, Optional.empty());
  }

  private JobRecord died(JobRecord before, Instant when, String what) {
    String where =
        applicationId.map(id -> " (see: yarn logs -applicationId " + id + ")").orElse("");
    return RecordDraft.ended(
        before, "Failed", when, "Training job failed", INTERNAL_ERROR + what + where);
  }

  private JobRecord draft(Instant created) throws IOException {
    ObjectNode request =
        job.request()
            .orElseGet(() -> Json.MAPPER.createObjectNode().put("TrainingJobName", job.name()));
    Settings settings = job.settings().orElseGet(() -> session.settings(Map.of()));
    Map<String, String> resolved = new TreeMap<>(settings.values());
    resolved.putAll(S3Choice.of(settings, session.environment(), session.hadoop()).asSettings());
    return RecordDraft.starting(request, new Settings(resolved), created);
  }

  @Override
  public void close() {
    connection.ifPresent(JobConnection::close);
    connection = Optional.empty();
  }
}
