package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.job.TrainingJobRequest.MetricDefinition;
import dev.heddle.containerlauncher.protocol.MetricValue;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Keeps the last value of each metric definition while the algorithm writes its log (SageMaker
 * Developer Guide, "Monitor and Analyze Training Jobs Using Metrics"). It has a thread of its own:
 * an expression may be slow, a heartbeat may not.
 */
final class MetricScanner implements AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(MetricScanner.class);

  private final List<MetricPattern> patterns;
  private final List<LogTail> tails;
  private final Clock clock;
  private final Map<String, MetricValue> latest = new ConcurrentHashMap<>();
  private final ScheduledExecutorService thread;
  private boolean started;

  MetricScanner(List<MetricDefinition> definitions, AlgorithmLogs logs, Clock clock) {
    this.patterns =
        definitions.stream().map(MetricPattern::compile).filter(Objects::nonNull).toList();
    this.tails = List.of(new LogTail(logs::stdout), new LogTail(logs::stderr));
    this.clock = clock;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread t = new Thread(work, "metrics");
              t.setDaemon(true);
              return t;
            });
  }

  /** Begins to read the log, again and again; it goes on through all attempts. */
  void start(Duration pause) {
    if (!patterns.isEmpty() && !started) {
      started = true;
      var unused =
          thread.scheduleWithFixedDelay(
              () -> scan(false), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Reads what is left, for as long as the patience lasts; the algorithm has ended. */
  void finish(Duration patience) throws InterruptedException {
    if (patterns.isEmpty()) {
      return;
    }
    try {
      thread.submit(() -> scan(true)).get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("metrics: the rest of the log was not read within {}", patience);
    } catch (ExecutionException e) {
      LOG.warn("metrics: the log could not be read", e.getCause());
    }
  }

  /** By name. */
  List<MetricValue> latest() {
    return latest.values().stream().sorted(Comparator.comparing(MetricValue::name)).toList();
  }

  private void scan(boolean last) {
    for (LogTail tail : tails) {
      try {
        tail.read(last, this::scanLines);
      } catch (IOException e) {
        LOG.warn("metrics: the log could not be read: {}", e.toString());
      }
    }
  }

  private void scanLines(String lines) {
    for (MetricPattern pattern : patterns) {
      pattern
          .last(lines)
          .ifPresent(
              value ->
                  latest.put(
                      pattern.name(), new MetricValue(pattern.name(), value, clock.instant())));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
