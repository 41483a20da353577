package dev.heddle.client.command;

import dev.heddle.client.cluster.Cluster.Application;
import dev.heddle.client.job.Figures;
import dev.heddle.client.job.JobFollower;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.job.StagedJob;
import dev.heddle.client.job.StagingArea;
import dev.heddle.client.session.Causes;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Lists the user's jobs. */
final class ListCommand implements Command {
  private static final String ROW = "%-40s %-11s %-19s %-20s %s";

  @Override
  public String name() {
    return "list";
  }

  @Override
  public String summary() {
    return "list your jobs, the newest first";
  }

  @Override
  public String usage() {
    return "";
  }

  @Override
  public String description() {
    return """
        Lists every job in the staging directory: running ones and those that have ended, also when
        YARN has forgotten them.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("heddle list");
  }

  @Override
  public List<Option> options() {
    return List.of();
  }

  @Override
  public int arguments() {
    return 0;
  }

  @Override
  public int run(Session session, CommandLine line)
      throws CommandException, IOException, InterruptedException {
    session.warmUp();
    StagingArea area = session.staging(session.settings(Map.of()));
    List<Future<Optional<JobRecord>>> reading = new ArrayList<>();
    Optional<Map<String, Application>> applications = applications(session);
    for (String name : area.names()) {
      reading.add(session.inBackground(() -> look(session, area.job(name), applications)));
    }
    List<JobRecord> records = new ArrayList<>();
    for (Future<Optional<JobRecord>> each : reading) {
      Session.await(each).ifPresent(records::add);
    }
    records.sort(
        Comparator.comparing((JobRecord r) -> r.created().orElse(Instant.EPOCH))
            .reversed()
            .thenComparing(JobRecord::name));
    print(session.console(), records, session.world().clock().instant());
    return ExitCode.DONE;
  }

  /** Empty when the ResourceManager can't be reached. */
  private static Optional<Map<String, Application>> applications(Session session) {
    try {
      Map<String, Application> all = new HashMap<>();
      session.cluster().applications().forEach(a -> all.put(a.id(), a));
      return Optional.of(all);
    } catch (IOException e) {
      session
          .console()
          .warn(
              "the ResourceManager can't be reached ("
                  + Causes.sentence(e)
                  + "); jobs that were running are shown as last recorded");
      return Optional.empty();
    }
  }

  private static Optional<JobRecord> look(
      Session session, StagedJob job, Optional<Map<String, Application>> applications)
      throws IOException, CommandException {
    if (job.claimed().isEmpty()) {
      return Optional.empty();
    }
    Optional<JobRecord> stored = job.record();
    Optional<String> id = job.applicationId();
    boolean runs =
        applications.isPresent()
            && id.map(applications.get()::get).map(a -> !a.stage().ended()).orElse(false);
    if (stored.isPresent() && (stored.get().ended() || runs || applications.isEmpty())) {
      return stored;
    }
    if (applications.isEmpty()) {
      return Optional.empty();
    }
    try (JobFollower follower = new JobFollower(session, job)) {
      return Optional.of(follower.poll().record());
    }
  }

  private static void print(Console console, List<JobRecord> records, Instant now) {
    if (records.isEmpty()) {
      console.progress("no jobs");
      return;
    }
    console.result(
        String.format(Locale.ROOT, ROW, "NAME", "STATUS", "SECONDARY", "CREATED", "DURATION"));
    for (JobRecord record : records) {
      Optional<Instant> created = record.created();
      console.result(
          String.format(
              Locale.ROOT,
              ROW,
              record.name(),
              record.status(),
              record.secondaryStatus(),
              created.map(t -> Figures.moment(t, ZoneId.systemDefault())).orElse("-"),
              created
                  .map(t -> Duration.between(t, record.endTime().orElse(now)))
                  .map(Figures::duration)
                  .orElse("-")));
    }
  }
}
