package dev.heddle.tests.cli;

/** Sends what the servers of an embedded cluster log to a file, before anything logs. */
public final class EmbeddedLogging {
  private EmbeddedLogging() {}

  /** To be called first in {@code main}. */
  public static void configure() {
    System.setProperty("log4j2.configurationFile", "classpath:log4j2-embedded.xml");
    System.setProperty("java.util.logging.config.class", QuietJavaLogging.class.getName());
  }

  /** Jersey and JAXB log through java.util.logging, to the terminal. */
  public static final class QuietJavaLogging {
    public QuietJavaLogging() {
      java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.OFF);
    }
  }
}
