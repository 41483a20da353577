package dev.heddle.containerlauncher.job;

/** Somebody's text as a message shows it: on one line, and cut where it is long. */
final class Quoted {
  private static final int LONGEST = 60;

  private Quoted() {}

  /** The text between double quotes. */
  static String of(String text) {
    return '"' + inside(text, LONGEST) + '"';
  }

  /**
   * @param longest characters that are kept
   */
  static String inside(String text, int longest) {
    int end = Math.min(text.length(), longest);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    StringBuilder shown = new StringBuilder();
    text.substring(0, end).codePoints().forEach(c -> append(shown, c));
    return end < text.length() ? shown.append('…').toString() : shown.toString();
  }

  private static void append(StringBuilder shown, int codePoint) {
    switch (Character.getType(codePoint)) {
      // What would break the line, hide, or turn the direction of the text.
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          shown.append(String.format("\\u%04x", codePoint));
      default -> shown.appendCodePoint(codePoint);
    }
  }
}
