package dev.heddle.client.session;

/** Makes one sentence for people out of what Hadoop throws. */
public final class Causes {
  private static final String WIKI = "; For more details see";

  private Causes() {}

  /** The first line of the message without pointers to a wiki, or else the kind of exception. */
  public static String sentence(Throwable thrown) {
    String message = thrown.getMessage();
    if (message == null || message.isBlank()) {
      return thrown.getClass().getSimpleName();
    }
    String line = message.strip().lines().findFirst().orElse("").strip();
    int wiki = line.indexOf(WIKI);
    return wiki < 0 ? line : line.substring(0, wiki);
  }
}
