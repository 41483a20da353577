package dev.heddle.pipemode.checkpoint;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Names under which programs keep what is no checkpoint yet. A file doesn't go up while it, or a
 * directory that it is in, has
 *
 * <ul>
 *   <li>a name that ends in {@code ~}, {@code .tmp}, {@code .temp}, {@code .swp}, {@code .swx},
 *       {@code .part}, {@code .partial} or {@code .incomplete};
 *   <li>a name with {@code .tmp} before its end and a short tail: {@code x.tmp.123}, {@code
 *       x.tmp-123}, {@code x.tmp_a}, {@code x.tmp} and eight or more hexadecimal digits
 *       (TensorFlow), {@code x.tempstate123} (TensorFlow), {@code x.orbax-checkpoint-tmp-123};
 *   <li>a name that begins with {@code tmp.}, {@code tmp-}, {@code .tmp}, {@code .#} or {@code
 *       .nfs}.
 * </ul>
 *
 * <p>Other hidden names do go up: a PyTorch distributed checkpoint can't be read without its {@code
 * .metadata}. When in doubt a name is no temporary one: what goes up in vain is deleted again when
 * the program deletes or renames it, but a checkpoint that never went up is lost.
 */
final class TemporaryNames {
  private static final List<String> ENDS =
      List.of("~", ".tmp", ".temp", ".swp", ".swx", ".part", ".partial", ".incomplete");
  private static final List<String> BEGINNINGS = List.of("tmp.", "tmp-", ".tmp", ".#", ".nfs");
  private static final Pattern TAILED =
      Pattern.compile(
          ".*\\.(tmp([._-][^.]*|[0-9a-f]{8,})|tempstate[0-9]+|orbax-checkpoint-tmp.*)",
          Pattern.DOTALL);

  private TemporaryNames() {}

  /**
   * @param segment a name without slashes
   */
  static boolean isTemporary(String segment) {
    return ENDS.stream().anyMatch(segment::endsWith)
        || BEGINNINGS.stream().anyMatch(segment::startsWith)
        // A search is cheaper than a match that fails, and names are looked at again and again.
        || ((segment.contains(".t") || segment.contains(".orbax"))
            && TAILED.matcher(segment).matches());
  }

  /** Whether a segment of a name with slashes is temporary. */
  static boolean isWithinTemporary(String name) {
    int from = 0;
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', from)) {
      if (isTemporary(name.substring(from, slash))) {
        return true;
      }
      from = slash + 1;
    }
    return isTemporary(name.substring(from));
  }
}
