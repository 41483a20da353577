package dev.heddle.containerlauncher.job;

/**
 * The least and the most of something, both included.
 *
 * @param most {@link Long#MAX_VALUE} for no upper bound
 */
record Bounds(long least, long most) {
  static final Bounds ANY = new Bounds(Long.MIN_VALUE, Long.MAX_VALUE);

  /**
   * Reads {@code 1..63} or {@code 1..}.
   *
   * @throws IllegalArgumentException when the text isn't so
   */
  static Bounds parse(String text) {
    int dots = text.indexOf("..");
    if (dots <= 0) {
      throw new IllegalArgumentException("not bounds such as 1..63: " + text);
    }
    String most = text.substring(dots + 2);
    return new Bounds(
        Long.parseLong(text.substring(0, dots)),
        most.isEmpty() ? Long.MAX_VALUE : Long.parseLong(most));
  }

  boolean holds(long n) {
    return n >= least && n <= most;
  }

  /** Such as "1 to 63", "at least 1" or "at most 20". */
  String words() {
    if (most == Long.MAX_VALUE) {
      return "at least " + least;
    }
    return least == 0 ? "at most " + most : least + " to " + most;
  }
}
