package dev.heddle.containerlauncher.protocol;

/** What can be sent to an algorithm container. */
public enum ContainerSignal {
  /** TERM to the algorithm's own process; nothing follows it. */
  TERM,
  /** The end of the container. */
  KILL
}
