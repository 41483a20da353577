package dev.heddle.client.submit;

import dev.heddle.client.engine.EngineAddress;
import dev.heddle.client.session.Causes;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.job.ImageKind;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest.AlgorithmSpecification;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether a ContainerEntrypoint can have its way: YARN starts a Docker image with the image's own
 * ENTRYPOINT, which it can't replace. Only an engine that has the image can tell, and a user who
 * built it here has one.
 */
final class EntrypointCheck {
  private static final String WHERE = ": $.AlgorithmSpecification.ContainerEntrypoint: ";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Session session;
  private final Findings findings;

  EntrypointCheck(Session session, Findings findings) {
    this.session = session;
    this.findings = findings;
  }

  void check(JobFile file) throws InterruptedException {
    AlgorithmSpecification algorithm = file.request().algorithmSpecification();
    String image = algorithm.trainingImage();
    if (image == null
        || ImageKind.of(image) != ImageKind.DOCKER
        || algorithm.containerEntrypoint().isEmpty()) {
      return;
    }
    Optional<ImageEngine> engine = ImageEngine.of(session.environment(), EngineAddress.SOCKET);
    if (engine.isEmpty()) {
      unknown(
          file,
          image,
          "there is no Docker engine here (DOCKER_HOST is not set, and there is no "
              + EngineAddress.SOCKET
              + ")");
      return;
    }
    String host = engine.get().host();
    try {
      Optional<List<String>> entrypoint = ask(engine.get(), image);
      if (entrypoint.isEmpty()) {
        unknown(file, image, "the Docker engine at " + host + " doesn't have it");
      } else if (!entrypoint.get().isEmpty()) {
        findings.fault(
            file.name()
                + WHERE
                + "the image "
                + image
                + " has an ENTRYPOINT of its own ("
                + Json.write(Json.MAPPER.valueToTree(entrypoint.get()))
                + ", says the Docker engine at "
                + host
                + "), which YARN can't replace: leave ContainerEntrypoint out and pass"
                + " ContainerArguments, or build the image without ENTRYPOINT");
      }
    } catch (TimeoutException e) {
      unknown(
          file,
          image,
          "the Docker engine at "
              + host
              + " gave no answer within "
              + PATIENCE.toSeconds()
              + " seconds");
    } catch (IOException e) {
      unknown(
          file, image, "the Docker engine at " + host + " can't be asked: " + Causes.sentence(e));
    }
  }

  private void unknown(JobFile file, String image, String why) {
    findings.warning(
        file.name()
            + WHERE
            + "works only where the image "
            + image
            + " has no ENTRYPOINT of its own, which YARN can't replace; heddle could not look: "
            + why);
  }

  /** In a thread that can be left behind: reading from a Unix socket ends only by an interrupt. */
  private Optional<List<String>> ask(ImageEngine engine, String image)
      throws IOException, InterruptedException, TimeoutException {
    Future<Optional<List<String>>> answer =
        session.inBackground(() -> engine.entrypoint(image, PATIENCE));
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io
          ? io
          : new IOException(Causes.sentence(e.getCause()), e);
    } finally {
      answer.cancel(true);
    }
  }
}
