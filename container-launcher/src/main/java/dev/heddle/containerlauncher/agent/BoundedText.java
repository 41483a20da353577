package dev.heddle.containerlauncher.agent;

/**
 * A text that refuses to be looked at without end: a regular expression may take exponential time
 * on one line, and nothing interrupts it.
 */
final class BoundedText implements CharSequence {
  /** Thrown in the middle of a match. */
  static final class Exhausted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Exhausted() {
      super("too many steps", null, false, false);
    }
  }

  private final String text;
  private long left;

  BoundedText(String text) {
    this.text = text;
  }

  /** Allows so many looks at characters from now on. */
  void allow(long looks) {
    left = looks;
  }

  @Override
  public char charAt(int index) {
    if (--left < 0) {
      throw new Exhausted();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
