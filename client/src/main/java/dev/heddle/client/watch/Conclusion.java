package dev.heddle.client.watch;

import dev.heddle.client.job.Figures;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.ExitCode;
import java.time.Duration;
import java.util.Optional;

/** The last lines about a job that was waited for. */
public final class Conclusion {
  private Conclusion() {}

  /**
   * Tells how the job ended.
   *
   * @param logs the command that shows its logs; empty where there are none any more
   * @return the exit code
   */
  public static int tell(Console console, JobRecord record, Optional<String> logs) {
    String took =
        record
            .created()
            .flatMap(from -> record.endTime().map(to -> Duration.between(from, to)))
            .map(time -> " after " + Figures.duration(time))
            .orElse("");
    console.result(record.secondaryStatus() + ": " + record.name() + took);
    record.failureReason().ifPresent(reason -> console.result("Reason:  " + reason));
    record.model().ifPresent(model -> console.result("Model:   " + model));
    for (JobRecord.Metric metric : record.metrics()) {
      console.result("Metric:  " + metric.name() + " = " + Figures.metric(metric.value()));
    }
    logs.ifPresent(command -> console.result("Logs:    " + command));
    return switch (record.status()) {
      case "Completed" -> ExitCode.DONE;
      case "Stopped" -> ExitCode.STOPPED;
      default -> ExitCode.FAILED;
    };
  }
}
