package dev.heddle.client.doctor;

import dev.heddle.client.cluster.Cluster.Size;

/** How findings write amounts. */
final class Texts {
  private Texts() {}

  static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /**
   * A ResourceManager may leave GPUs out of its largest allocation, or tell a bound without use.
   */
  static String withoutGpus(Size size) {
    return new Size(size.memoryMb(), size.vcores(), 0).toString();
  }
}
