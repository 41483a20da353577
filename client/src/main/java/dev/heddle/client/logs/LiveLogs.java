package dev.heddle.client.logs;

import dev.heddle.client.cluster.JobConnection;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.protocol.JobProtocol.LogPage;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/** Reads the logs of a running job's hosts through its ApplicationMaster, and remembers how far. */
final class LiveLogs {
  private static final int PAGE = 256 * 1024;

  /** One log file of one host. */
  private static final class Source {
    final String host;
    final String stream;
    final HostLog to;
    long offset;
    boolean ended;

    Source(String host, String stream, HostLog to) {
      this.host = host;
      this.stream = stream;
      this.to = to;
    }
  }

  private final Session session;
  private final List<Source> sources = new ArrayList<>();

  /** What a round over all logs found. */
  enum Round {
    /** There was something new. */
    MORE,
    /** Nothing new at the moment. */
    QUIET,
    /** No log will grow any more, and all was read. */
    ENDED
  }

  LiveLogs(Session session, List<String> hosts, boolean named, PrintStream out) {
    this.session = session;
    for (String host : hosts) {
      for (String stream : List.of("stdout", "stderr")) {
        HostLog to = named ? HostLog.named(out, host) : HostLog.plain(out);
        sources.add(new Source(host, stream, to));
      }
    }
  }

  /**
   * Writes what is new on each host, a page of each log at most.
   *
   * @throws IOException when no host's log could be read at all
   */
  Round round(JobConnection job) throws IOException, CommandException, InterruptedException {
    // Each answer waits for the host's next heartbeat: all are asked at once.
    Map<Source, Future<LogPage>> pages = new LinkedHashMap<>();
    for (Source source : sources) {
      if (!source.ended) {
        pages.put(
            source,
            session.inBackground(
                () -> job.readLog(source.host, source.stream, source.offset, PAGE)));
      }
    }
    boolean more = false;
    boolean allEnded = true;
    IOException failure = null;
    int failures = 0;
    for (Map.Entry<Source, Future<LogPage>> each : pages.entrySet()) {
      Source source = each.getKey();
      try {
        LogPage page = Session.await(each.getValue());
        source.to.write(page.bytes(), 0, page.bytes().length);
        source.offset += page.bytes().length;
        more |= page.bytes().length > 0;
        source.ended = page.ended() && source.offset >= page.length();
        if (source.ended) {
          source.to.close();
        }
      } catch (IOException e) {
        // A host that is being replaced has no log at the moment; the others have.
        failure = e;
        failures++;
      }
      allEnded &= source.ended;
    }
    if (failure != null && failures == pages.size()) {
      throw failure;
    }
    return more ? Round.MORE : allEnded ? Round.ENDED : Round.QUIET;
  }

  /** How far a log has been shown, for whoever goes on from another source. */
  long shown(String host, String stream) {
    return sources.stream()
        .filter(s -> s.host.equals(host) && s.stream.equals(stream))
        .mapToLong(s -> s.offset)
        .sum();
  }

  /** Whether every log was shown to its end. */
  boolean complete() {
    return sources.stream().allMatch(source -> source.ended);
  }

  /** Writes the lines that have no end yet. */
  void flush() {
    sources.forEach(source -> source.to.close());
  }
}
