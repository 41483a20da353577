package dev.heddle.tests.cli;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether this machine has the system libraries that the sample algorithm links. */
final class SystemLibraries {
  private static final Pattern MISSING = Pattern.compile("(lib[\\w.+-]+\\.so[\\w.]*): cannot open");

  private SystemLibraries() {}

  /** What is missing and how to get it, as one sentence; empty when nothing is. */
  static Optional<String> missing() {
    try {
      // Loads the library, whatever it needs included: the only test that can't be wrong.
      Class.forName("ml.dmlc.xgboost4j.java.XGBoostJNI");
      return Optional.empty();
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.of(explain(deepest(e)));
    }
  }

  static String explain(String message) {
    Matcher library = MISSING.matcher(message);
    if (!library.find()) {
      return "XGBoost can't be loaded on this machine: " + message;
    }
    String name = library.group(1);
    if (name.startsWith("libgomp")) {
      return "the library "
          + name
          + " (GNU OpenMP), which XGBoost needs, is missing: install the package libgomp1"
          + " (Debian, Ubuntu) or libgomp (Red Hat, Fedora, Amazon Linux, Alpine)";
    }
    return "the library " + name + ", which XGBoost needs, is missing on this machine";
  }

  private static String deepest(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
