package dev.heddle.tests.bench.pipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A command that reads all objects of a prefix, in the order of their keys. */
interface Contender {
  /** Where its bytes go. */
  enum Output {
    /** To standard output, which is the FIFO. */
    STDOUT,
    /** To a FIFO that it makes itself. */
    OWN_FIFO,
    /** Nowhere: it prints what the reader would. */
    NOWHERE
  }

  /** Who it is; the targets and the order of the tables depend on it. */
  enum Kind {
    LIMIT,
    HEDDLE,
    /** A peer that reads from one connection at a time. */
    ONE_CONNECTION,
    /** A peer that reads from several. */
    SEVERAL_CONNECTIONS;

    boolean peer() {
      return this == ONE_CONNECTION || this == SEVERAL_CONNECTIONS;
    }
  }

  /** As it is chosen and shown. */
  String name();

  Kind kind();

  Amount amount();

  Output output(Source source);

  /** Which version of it; empty when it isn't installed. */
  Optional<String> version() throws IOException, InterruptedException;

  /** Whether it can read that at all. */
  default boolean reads(DataSet set) {
    return true;
  }

  /**
   * @param fifo what it makes, with {@code _0} behind, when its output is {@code OWN_FIFO}
   */
  List<String> command(Source source, Path fifo);

  /** What its environment has beside {@link Source#environment()}. */
  default Map<String, String> environment(Source source) {
    return Map.of();
  }
}
