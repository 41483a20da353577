package dev.heddle.client.doctor;

import dev.heddle.client.cluster.Cluster.Size;
import java.util.List;

/** How findings write amounts. */
final class Texts {
  private Texts() {}

  static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /**
   * Some nodes in few words.
   *
   * @param of how many there are in all
   */
  static String nodes(List<String> nodes, int of) {
    if (nodes.size() == 1) {
      return nodes.get(0);
    }
    return nodes.size() == of
        ? "all " + of + " nodes"
        : nodes.get(0) + " and " + (nodes.size() - 1) + " more";
  }

  /**
   * A ResourceManager may leave GPUs out of its largest allocation, or tell a bound without use.
   */
  static String withoutGpus(Size size) {
    return new Size(size.memoryMb(), size.vcores(), 0).toString();
  }
}
