package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;

/** The Docker network that a job's containers get. */
public final class DockerNetwork {
  /** No network but a loopback of the container's own. */
  public static final String NONE = "none";

  /** The node's own. */
  public static final String HOST = "host";

  private DockerNetwork() {}

  /**
   * A job that is isolated (EnableNetworkIsolation) has no network on one host; on several it has
   * the one that the administrator set apart for that, which the submission has checked.
   */
  public static String of(boolean isolated, int hosts, Settings settings) {
    if (!isolated) {
      return settings.require(Setting.DOCKER_NETWORK);
    }
    return hosts == 1 ? NONE : settings.text(Setting.DOCKER_ISOLATED_NETWORK).orElse(NONE);
  }
}
