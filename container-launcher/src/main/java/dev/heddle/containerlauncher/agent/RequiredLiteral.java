package dev.heddle.containerlauncher.agent;

/**
 * Finds text that every match of a regular expression must contain, so that most lines can be
 * passed over by a plain search. Where the expression is out of the ordinary it finds none.
 */
final class RequiredLiteral {
  private static final String SIMPLE_ESCAPES = "dDsSwWbBhHvVRAGzZtnrfae";

  private final String regex;
  private final StringBuilder run = new StringBuilder();
  private String longest = "";
  private boolean uncertain;
  private int at;

  private RequiredLiteral(String regex) {
    this.regex = regex;
  }

  /** The longest such text; empty when none is certain. */
  static String of(String regex) {
    RequiredLiteral search = new RequiredLiteral(regex);
    search.run();
    return search.uncertain ? "" : search.longest;
  }

  private void run() {
    while (at < regex.length() && !uncertain) {
      char c = regex.charAt(at++);
      switch (c) {
        case '(' -> group();
        case '[' -> characterClass();
        case '.', '^', '$' -> endRun();
        case '\\' -> escape();
        // Alternatives need not all contain it; what stands here unescaped is not understood.
        case '|', ')', '{', '*', '?', '+' -> uncertain = true;
        default -> run.append(c);
      }
      quantifier();
    }
    endRun();
  }

  private void escape() {
    char c = at < regex.length() ? regex.charAt(at++) : 'Q';
    if (!Character.isLetterOrDigit(c)) {
      run.append(c);
    } else if (SIMPLE_ESCAPES.indexOf(c) >= 0) {
      endRun();
    } else {
      uncertain = true;
    }
  }

  /**
   * Takes the last character back where it may be missing, and ends the text after a repetition.
   */
  private void quantifier() {
    if (at >= regex.length() || "*?+{".indexOf(regex.charAt(at)) < 0) {
      return;
    }
    if (run.length() > 0) {
      run.setLength(run.length() - 1);
    }
    endRun();
    if (regex.charAt(at) == '{') {
      at = Math.max(at, regex.indexOf('}', at));
    }
    at++;
    if (at < regex.length() && "?+".indexOf(regex.charAt(at)) >= 0) {
      at++;
    }
  }

  private void endRun() {
    if (run.length() > longest.length()) {
      longest = run.toString();
    }
    run.setLength(0);
  }

  private void group() {
    endRun();
    // Flags may make letters match others.
    uncertain |= regex.startsWith("?", at);
    int depth = 1;
    while (at < regex.length() && depth > 0 && !uncertain) {
      switch (regex.charAt(at++)) {
        case '\\' -> at++;
        case '[' -> characterClass();
        case '(' -> depth++;
        case ')' -> depth--;
        default -> {}
      }
    }
  }

  private void characterClass() {
    endRun();
    if (regex.startsWith("]", at) || regex.startsWith("^]", at)) {
      uncertain = true; // here the bracket is one of the characters
    }
    while (at < regex.length() && !uncertain) {
      switch (regex.charAt(at++)) {
        case '\\' -> at++;
        case '[' -> uncertain = true;
        case ']' -> {
          return;
        }
        default -> {}
      }
    }
  }
}
