package dev.heddle.tests.bench.parity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The sample on all hosts, from its start on. */
interface Training extends AutoCloseable {
  /** The log of a host, once that host has trained an epoch, and so all have. */
  Optional<Path> log() throws IOException;

  /** Ids of the hosts' own processes, once they train. */
  List<Long> algorithms() throws IOException;

  /** Ids of the processes that the platform runs for them alone; none by hand. */
  List<Long> companions() throws IOException;

  boolean hasEnded();

  /**
   * Returns when all hosts have ended.
   *
   * @return their logs, in any order
   * @throws IOException when they failed; the message says why
   */
  List<HostLog> await() throws IOException, InterruptedException;

  /** Ends what still runs. */
  @Override
  void close();
}
