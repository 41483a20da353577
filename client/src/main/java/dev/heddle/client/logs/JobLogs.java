package dev.heddle.client.logs;

import dev.heddle.client.cluster.Cluster.Application;
import dev.heddle.client.job.JobFollower;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.job.JobRecord.Host;
import dev.heddle.client.job.JobState;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.security.UserGroupInformation;

/** Shows the algorithms' logs of one job: live while it runs, from YARN's archive afterwards. */
public final class JobLogs {
  private static final Duration LIVE = Duration.ofMillis(200);
  private static final Duration WAITING = Duration.ofMillis(500);

  /** NodeManagers bring the logs together some seconds after an application's end. */
  private static final Duration AGGREGATION = Duration.ofSeconds(30);

  private final Session session;
  private final JobFollower follower;
  private final Optional<String> onlyHost;
  private Optional<LiveLogs> live = Optional.empty();

  /**
   * @param onlyHost empty for all hosts
   */
  public JobLogs(Session session, JobFollower follower, Optional<String> onlyHost) {
    this.session = session;
    this.follower = follower;
    this.onlyHost = onlyHost;
  }

  /**
   * Shows what there is.
   *
   * @param follow goes on until the job has ended
   * @throws CommandException when there is no such host, or no log any more
   */
  public void show(boolean follow) throws IOException, CommandException, InterruptedException {
    boolean told = false;
    while (true) {
      JobState state = follower.poll();
      if (state.record().ended()) {
        archived(state);
        return;
      }
      boolean readable = state.live() && !state.record().hosts().isEmpty();
      if (readable) {
        if (readLive(state.record()) != LiveLogs.Round.MORE && !follow) {
          live.ifPresent(LiveLogs::flush);
          return;
        }
      } else if (!told) {
        told = true;
        session
            .console()
            .progress(
                state
                    .note()
                    .map(note -> "no logs yet: " + note)
                    .orElse("no logs yet: the job's hosts have not started"));
        if (!follow) {
          return;
        }
      } else if (!follow) {
        return;
      }
      session.world().pause().pause(readable ? LIVE : WAITING);
    }
  }

  private LiveLogs.Round readLive(JobRecord record)
      throws IOException, CommandException, InterruptedException {
    if (live.isEmpty()) {
      List<String> hosts = hosts(record).stream().map(Host::name).toList();
      live = Optional.of(new LiveLogs(session, hosts, onlyHost.isEmpty(), session.console().out()));
    }
    try {
      LiveLogs.Round round;
      do {
        round = live.get().round(follower.connection().orElseThrow());
      } while (round == LiveLogs.Round.MORE);
      return round;
    } catch (IOException e) {
      return LiveLogs.Round.QUIET; // the next poll tells whether the job has ended meanwhile
    }
  }

  private List<Host> hosts(JobRecord record) throws CommandException {
    List<Host> all = record.hosts();
    if (onlyHost.isEmpty()) {
      return all;
    }
    List<Host> one = all.stream().filter(h -> h.name().equals(onlyHost.get())).toList();
    if (one.isEmpty()) {
      throw CommandException.input(
          "training job '"
              + record.name()
              + "' has no host '"
              + onlyHost.get()
              + "'; its hosts are "
              + String.join(", ", all.stream().map(Host::name).toList()));
    }
    return one;
  }

  private void archived(JobState state) throws IOException, CommandException, InterruptedException {
    live.ifPresent(LiveLogs::flush);
    if (live.map(LiveLogs::complete).orElse(false)) {
      return;
    }
    JobRecord record = state.record();
    List<Host> hosts = hosts(record).stream().filter(h -> !h.container().isEmpty()).toList();
    Optional<String> application = follower.job().applicationId().or(record::applicationId);
    if (hosts.isEmpty() || application.isEmpty()) {
      session.console().progress("there are no logs: no host of the job was ever started");
      return;
    }
    LogArchive archive = session.world().logs(session.hadoop());
    if (!archive.kept()) {
      throw none(
          record,
          application.get(),
          "this cluster does not bring logs together"
              + " (yarn.log-aggregation-enable); for a while they lie on the nodes, in "
              + "yarn.nodemanager.log-dirs/"
              + application.get());
    }
    String owner = owner(state);
    Instant patience = session.world().clock().instant().plus(AGGREGATION);
    boolean told = false;
    for (Host host : hosts) {
      while (!archived(archive, application.get(), owner, host)) {
        if (!session.world().clock().instant().isBefore(patience)) {
          throw none(record, application.get(), "the cluster has not brought them together yet");
        }
        if (!told) {
          session.console().progress("waiting for the cluster to bring the logs together");
          told = true;
        }
        session.world().pause().pause(WAITING);
      }
    }
  }

  /** Writes what was not shown live already. */
  private boolean archived(LogArchive archive, String application, String owner, Host host)
      throws IOException {
    boolean found = false;
    for (String stream : List.of("stdout", "stderr")) {
      long shown = live.map(logs -> logs.shown(host.name(), stream)).orElse(0L);
      HostLog to =
          onlyHost.isPresent()
              ? HostLog.plain(session.console().out())
              : HostLog.named(session.console().out(), host.name());
      try (to) {
        found |=
            archive.read(
                application,
                owner,
                host.container(),
                stream + ".txt",
                new SkippingStream(to, shown));
      }
    }
    return found;
  }

  private static String owner(JobState state) throws IOException {
    Optional<String> user = state.application().map(Application::user);
    return user.isPresent() ? user.get() : UserGroupInformation.getCurrentUser().getShortUserName();
  }

  private static CommandException none(JobRecord record, String application, String why) {
    return CommandException.unreachable(
        "the logs of training job '"
            + record.name()
            + "' can't be shown: "
            + why
            + " (try also: yarn logs -applicationId "
            + application
            + ")",
        null);
  }
}
