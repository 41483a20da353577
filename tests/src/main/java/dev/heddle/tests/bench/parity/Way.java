package dev.heddle.tests.bench.parity;

import java.util.Locale;

/** How the hosts' algorithms are started, and what runs beside them. */
enum Way {
  /** By hand, without a cluster. */
  HAND("native by hand"),
  /** By hand, while a cluster, its S3 server and its Docker engine wait for work. */
  BESIDE("native beside the idle cluster"),
  /** The Docker image by {@code docker run}, likewise. */
  ENGINE("docker run beside the idle cluster"),
  /** As processes of a job. */
  PROCESS("Heddle, processes"),
  /** As Docker containers of a job. */
  DOCKER("Heddle, Docker");

  private final String words;

  Way(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  /** What it is called in options and files. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean withCluster() {
    return this != HAND;
  }
}
