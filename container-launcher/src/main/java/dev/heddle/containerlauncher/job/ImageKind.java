package dev.heddle.containerlauncher.job;

import java.util.regex.Pattern;

/** What a TrainingImage is, which decides the runtime that starts it. */
public enum ImageKind {
  /** The address of a directory or an archive: a process on the node. */
  FILES,
  /** The name of a Docker image: YARN's Docker runtime. */
  DOCKER;

  private static final Pattern ADDRESS = Pattern.compile("/.*|[A-Za-z][A-Za-z0-9+.-]*:/.*");

  /**
   * @param image TrainingImage
   */
  public static ImageKind of(String image) {
    return ADDRESS.matcher(image).matches() ? FILES : DOCKER;
  }
}
