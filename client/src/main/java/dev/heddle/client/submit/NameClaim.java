package dev.heddle.client.submit;

import dev.heddle.client.job.StagedJob;
import dev.heddle.client.session.CommandException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The claim of a job's name: the staging directory with the request in it. Creating the request
 * without overwriting is what decides between two clients. A claim that never came to an
 * application was broken off, and is taken over once it is too old to be still under way.
 */
final class NameClaim {
  private static final Logger LOG = LogManager.getLogger(NameClaim.class);
  private static final FsPermission DIRECTORY = new FsPermission((short) 0700);
  private static final FsPermission FILE = new FsPermission((short) 0600);
  private static final int BUFFER = 4096;

  private final StagedJob job;
  private final Applications applications;
  private final Clock clock;

  /** Whether the ResourceManager knows an application. */
  interface Applications {
    boolean knows(String applicationId) throws IOException;
  }

  NameClaim(StagedJob job, Applications applications, Clock clock) {
    this.job = job;
    this.applications = applications;
    this.clock = clock;
  }

  /**
   * @throws CommandException when another job has the name
   */
  void checkFree() throws IOException, CommandException {
    Optional<Instant> claimed = job.claimed();
    if (claimed.isEmpty()) {
      return;
    }
    Optional<String> application = job.applicationId();
    if (job.record().isPresent()
        || (application.isPresent() && applications.knows(application.get()))) {
      throw inUse("another job has it (see: heddle describe " + job.name() + ")");
    }
    if (claimed.get().plus(StagedJob.SUBMISSION).isAfter(clock.instant())) {
      throw inUse("another submission of it is under way, or was broken off just now");
    }
  }

  /**
   * Takes the name.
   *
   * @throws CommandException when another client was faster
   */
  void take(String requestJson) throws IOException, CommandException {
    checkFree();
    if (job.claimed().isPresent()) {
      putAside();
    }
    FileSystem files = job.files();
    Path directory = job.staging().directory();
    files.mkdirs(directory, DIRECTORY);
    try {
      write(job.staging().request(), requestJson.getBytes(StandardCharsets.UTF_8));
    } catch (FileAlreadyExistsException e) {
      throw inUse("another client has just taken it");
    }
  }

  /** Adds a file that only the owner may read. */
  void write(Path path, byte[] content) throws IOException {
    try (OutputStream out =
        job.files()
            .create(
                path,
                FILE,
                false,
                BUFFER,
                job.files().getDefaultReplication(path),
                job.files().getDefaultBlockSize(path),
                null)) {
      out.write(content);
    }
  }

  /** Gives the name back. */
  void release() {
    try {
      job.files().delete(job.staging().directory(), true);
    } catch (IOException e) {
      LOG.warn(
          "{} could not be removed ({}); the name '{}' is free again after {} minutes",
          job.staging().directory(),
          e.getMessage(),
          job.name(),
          StagedJob.SUBMISSION.toMinutes());
    }
  }

  /** Renaming decides between two clients that find the same broken claim. */
  private void putAside() throws IOException {
    Path directory = job.staging().directory();
    Path aside = new Path(directory.getParent(), "." + job.name() + "-" + UUID.randomUUID());
    try {
      if (job.files().rename(directory, aside)) {
        job.files().delete(aside, true);
      }
    } catch (FileNotFoundException e) {
      LOG.debug("another client put {} aside", directory, e);
    }
  }

  private CommandException inUse(String why) {
    return CommandException.input(
        "ResourceInUse: Training job names must be unique, and '"
            + job.name()
            + "' is taken: "
            + why);
  }
}
