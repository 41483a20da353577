package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.contract.OptMl;

/**
 * Whether a container had its mounts. YARN's container-executor silently leaves the mounts of an
 * image out when its registry is not among docker.trusted.registries; the container runs all the
 * same, and may exit 0 without having seen any data.
 */
final class ContainerTrust {
  /** What container-executor says when it leaves them out. */
  private static final String DROPPED = "Disable mount volume for untrusted image";

  /** The line in which it says what it runs; before anything that the algorithm writes. */
  private static final String RUN_LINE = "Docker run command:";

  /** For the user, whom it concerns first. */
  static String sentence(String image) {
    return "The image '"
        + image
        + "' is not from a registry that this cluster trusts, so YARN runs it without "
        + OptMl.PATH
        + ": use an image from a trusted registry, or have the administrator add its registry to"
        + " docker.trusted.registries in container-executor.cfg.";
  }

  boolean mountsDropped(String stdoutHead, String stderrHead) {
    if (stdoutHead.contains(DROPPED) || stderrHead.contains(DROPPED)) {
      return true;
    }
    return stdoutHead
        .lines()
        .limit(10)
        .filter(line -> line.contains(RUN_LINE))
        .findFirst()
        .map(line -> !line.contains(":" + OptMl.PATH))
        .orElse(false);
  }
}
