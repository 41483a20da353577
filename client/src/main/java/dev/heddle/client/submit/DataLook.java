package dev.heddle.client.submit;

import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.RoutedSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;

/** Looks at every place that a job reads from or writes to, all at once, because a user waits. */
public final class DataLook {
  private final Session session;
  private final TrainingJobRequest request;
  private final Findings findings;

  /**
   * @param findings gets what is wrong
   */
  public DataLook(Session session, TrainingJobRequest request, Findings findings) {
    this.session = session;
    this.request = request;
    this.findings = findings;
  }

  /**
   * Leaves nothing behind.
   *
   * @param store is written to
   * @param hadoop reads what is not in S3
   * @param region for messages
   * @param fileSystems gets the roots of what is not in S3; safe for use by many threads
   */
  public void look(
      ObjectStore store, ObjectSource hadoop, String region, Set<ObjectUri> fileSystems)
      throws IOException, CommandException, InterruptedException {
    StoreChecks checks =
        new StoreChecks(store, new RoutedSource(store, hadoop), fileSystems, region, findings);
    List<Future<Void>> looking = new ArrayList<>();
    looking.add(background(() -> checks.output(request)));
    for (int i = 0; i < request.inputDataConfig().size(); i++) {
      int index = i;
      looking.add(background(() -> checks.channel(index, request.inputDataConfig().get(index))));
    }
    if (request.checkpointConfig() != null) {
      looking.add(background(() -> checks.checkpoints(request.checkpointConfig().s3Uri())));
    }
    String image = request.algorithmSpecification().trainingImage();
    if (image != null && ImageCheck.isInS3(image)) {
      looking.add(background(() -> checks.image(image)));
    }
    for (Future<Void> each : looking) {
      Session.await(each);
    }
  }

  private Future<Void> background(Runnable look) {
    return session.inBackground(
        () -> {
          look.run();
          return null;
        });
  }
}
