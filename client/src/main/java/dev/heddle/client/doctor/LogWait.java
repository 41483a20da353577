package dev.heddle.client.doctor;

import dev.heddle.client.cluster.Cluster.Application;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.logs.LogArchive;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Waits for an ended job's log to come from its nodes. */
final class LogWait {
  private static final Logger LOG = LogManager.getLogger(LogWait.class);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Session session;

  LogWait(Session session) {
    this.session = session;
  }

  /** Whether it came; empty when the configuration says that none will. */
  Optional<Boolean> logged(String applicationId, JobRecord record) throws InterruptedException {
    LogArchive archive = session.world().logs(session.hadoop());
    if (!archive.kept()) {
      return Optional.empty();
    }
    Instant deadline = session.world().clock().instant().plus(PATIENCE);
    while (true) {
      try {
        if (found(archive, applicationId, record)) {
          return Optional.of(true);
        }
      } catch (IOException e) {
        LOG.debug("looking for the log of {}", applicationId, e);
      }
      if (!session.world().clock().instant().isBefore(deadline)) {
        return Optional.of(false);
      }
      session.world().pause().pause(PAUSE);
    }
  }

  private boolean found(LogArchive archive, String applicationId, JobRecord record)
      throws IOException {
    Optional<Application> application = session.cluster().application(applicationId);
    String owner =
        application.isPresent()
            ? application.get().user()
            : UserGroupInformation.getCurrentUser().getShortUserName();
    for (JobRecord.Host host : record.hosts()) {
      if (!archive.read(
          applicationId, owner, host.container(), "stdout.txt", OutputStream.nullOutputStream())) {
        return false;
      }
    }
    return true;
  }
}
