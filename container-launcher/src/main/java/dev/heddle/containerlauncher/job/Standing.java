package dev.heddle.containerlauncher.job;

import java.util.Locale;

/** What becomes of a field of the SageMaker API. */
enum Standing {
  /** Acted on as the API says. */
  HONOURED,
  /** Checked, kept and returned, without effect. */
  RECORDED,
  /** Not supported: using it is a fault. */
  REFUSED,
  /** Not supported yet: using it is a fault. */
  LATER;

  /**
   * @throws IllegalArgumentException when there is no such standing
   */
  static Standing of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  boolean usable() {
    return this == HONOURED || this == RECORDED;
  }

  /** How a message about what isn't usable begins. */
  String refusal() {
    return this == LATER ? "not supported yet: " : "not supported: ";
  }
}
