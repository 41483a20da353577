package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.ImageKind;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import java.util.Optional;

/** The Docker network that a job's containers get. */
public final class DockerNetwork {
  /** No network but a loopback of the container's own. */
  public static final String NONE = "none";

  /** The node's own. */
  public static final String HOST = "host";

  /** What a container's interface is called on any other network. */
  public static final String INTERFACE = "eth0";

  private DockerNetwork() {}

  /** Whether a container has an address there that is not its node's. */
  public static boolean hasAddressesOfItsOwn(String network) {
    return !network.equals(HOST) && !network.equals(NONE);
  }

  /**
   * Empty unless the image is Docker's. A job that is isolated (EnableNetworkIsolation) has no
   * network on one host; on several it has the one that the administrator set apart for that, which
   * the submission has checked.
   */
  public static Optional<String> of(TrainingJobRequest request, Settings settings) {
    if (request.imageKind() != ImageKind.DOCKER) {
      return Optional.empty();
    }
    if (!request.enableNetworkIsolation()) {
      return Optional.of(settings.require(Setting.DOCKER_NETWORK));
    }
    return Optional.of(
        request.hostCount() == 1
            ? NONE
            : settings.text(Setting.DOCKER_ISOLATED_NETWORK).orElse(NONE));
  }
}
