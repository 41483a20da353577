package dev.heddle.client.submit;

import dev.heddle.client.s3.S3Choice;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.pipemode.ObjectStore;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.Future;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The way to S3, which is opened in the background while the job file is still being checked: an S3
 * client takes about as long to load as everything else together.
 */
public final class S3Opening implements Closeable {
  private static final Logger LOG = LogManager.getLogger(S3Opening.class);

  private final S3Choice choice;
  private final Future<ObjectStore> store;

  private S3Opening(S3Choice choice, Future<ObjectStore> store) {
    this.choice = choice;
    this.store = store;
  }

  /**
   * Begins before anything is known of the job.
   *
   * @throws IllegalArgumentException naming the setting or variable that can't be right
   */
  public static S3Opening begin(Session session, Settings settings) {
    return begin(session, S3Choice.of(settings, session.environment(), session.hadoop()));
  }

  /**
   * Begins by the role of a job.
   *
   * @throws IllegalArgumentException naming the setting or variable that can't be right
   */
  public static S3Opening begin(Session session, Settings settings, TrainingJobRequest job) {
    return begin(
        session,
        S3Choice.of(settings, session.environment(), session.hadoop())
            .assuming(job.roleArn(), job.trainingJobName()));
  }

  private static S3Opening begin(Session session, S3Choice choice) {
    return new S3Opening(
        choice,
        session.inBackground(
            () -> {
              ObjectStore store = session.world().store(choice.forClient());
              store.prepare();
              return store;
            }));
  }

  /** Which S3, and as whom. */
  public S3Choice choice() {
    return choice;
  }

  /** Waits until it is open; it is closed with this. */
  public ObjectStore store() throws IOException, CommandException, InterruptedException {
    return Session.await(store);
  }

  @Override
  public void close() {
    if (store.isDone()) {
      try {
        Session.await(store).close();
      } catch (IOException | CommandException | RuntimeException e) {
        LOG.debug("closing the way to S3", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
