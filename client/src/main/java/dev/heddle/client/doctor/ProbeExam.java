package dev.heddle.client.doctor;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.util.VersionInfo;

/** Reads what the probe has brought, and says what it means. */
final class ProbeExam {
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(60);

  /** With docker.inspect.max.retries=1 it is 6 s at most, with YARN's default of 10 a minute. */
  private static final Duration PUNCTUAL = Duration.ofSeconds(20);

  private final DoctorPlan plan;
  private final Settings settings;
  private final Chart chart;

  ProbeExam(DoctorPlan plan, Settings settings, Chart chart) {
    this.plan = plan;
    this.settings = settings;
    this.chart = chart;
  }

  /** The checks that only a probe can make. */
  List<String> checks() {
    return plan.image().isPresent()
        ? List.of("s3-from-node", "docker", "metadata-service", "log-aggregation")
        : List.of("s3-from-node", "process-runtime", "metadata-service", "log-aggregation");
  }

  void look(ProbeOutcome outcome) {
    if (!outcome.completed()) {
      Finding finding =
          new KnownFault(settings.require(Setting.DOCKER_NETWORK), plan.image())
              .of(outcome.trouble(), outcome.diagnostics(), outcome.applicationId());
      chart.add(finding);
      checks().stream()
          .filter(check -> !check.equals(finding.check()))
          .forEach(check -> chart.skipped(check, "the probe didn't come so far"));
      return;
    }
    versions(outcome);
    chart.ok("s3-from-node", "the probe's program came from S3 and its model went there");
    Map<String, ContainerReport> reports = outcome.reports();
    if (reports.size() < plan.hosts()
        || !reports.values().stream().allMatch(ContainerReport::whole)) {
      chart.fault(
          KnownFault.UNKNOWN,
          "the probe ended well on "
              + Texts.count(plan.hosts(), "host")
              + " and reported from "
              + reports.size()
              + " only",
          "look into its log: yarn logs -applicationId " + outcome.applicationId().orElse("?"));
      return;
    }
    containers(outcome);
    clocks(outcome);
    lateEnds(outcome);
    logs(outcome);
  }

  private void versions(ProbeOutcome outcome) {
    String here = VersionInfo.getVersion();
    Optional<String> there = outcome.record().flatMap(record -> record.hadoopVersion());
    String java = outcome.record().flatMap(record -> record.javaVersion()).orElse("?");
    if (there.isEmpty()) {
      chart.skipped("versions", "the probe's ApplicationMaster didn't tell its own");
    } else if (line(here).equals(line(there.get()))) {
      chart.ok(
          "versions",
          "Hadoop " + here + " here, " + there.get() + " and Java " + java + " on the nodes");
    } else {
      chart.warning(
          "versions",
          "Hadoop " + here + " here, " + there.get() + " on the nodes",
          "submit with a Hadoop client of the cluster's own version: yarn jar on one of its"
              + " machines, or a build with -Dhadoop.version="
              + there.get());
    }
  }

  /** 3.4 of 3.4.2: clients and servers of one line understand each other. */
  private static String line(String version) {
    return version.replaceFirst("^(\\d+\\.\\d+).*", "$1");
  }

  /** One finding for all nodes on which it is the same. */
  private void containers(ProbeOutcome outcome) {
    ContainerExam exam = new ContainerExam(plan, settings);
    Map<Finding, List<String>> where = new LinkedHashMap<>();
    outcome
        .reports()
        .forEach(
            (host, report) ->
                exam.of(report)
                    .forEach(
                        finding ->
                            where
                                .computeIfAbsent(finding, key -> new ArrayList<>())
                                .add(outcome.node(host))));
    where.forEach(
        (finding, nodes) ->
            chart.add(
                new Finding(
                    finding.check(),
                    finding.status(),
                    "on " + Texts.nodes(nodes, outcome.reports().size()) + ": " + finding.message(),
                    finding.remedies())));
  }

  /** S3 refuses signatures that are a quarter of an hour off, and records show wrong times. */
  private void clocks(ProbeOutcome outcome) {
    Instant earliest = outcome.begun().minus(CLOCK_TOLERANCE);
    Instant latest = outcome.ended().plus(CLOCK_TOLERANCE);
    for (Map.Entry<String, ContainerReport> each : outcome.reports().entrySet()) {
      OptionalLong seconds = each.getValue().number("time");
      if (seconds.isEmpty()) {
        continue;
      }
      Instant there = Instant.ofEpochSecond(seconds.getAsLong());
      if (there.isBefore(earliest) || there.isAfter(latest)) {
        chart.warning(
            "clocks",
            "the clock of "
                + outcome.node(each.getKey())
                + " says "
                + there
                + ", this machine's said "
                + outcome.begun()
                + " just before",
            "on every node and here: keep the time by NTP (chronyd, systemd-timesyncd)");
        return;
      }
    }
    chart.ok("clocks", "the nodes' clocks and this machine's agree");
  }

  /** The probe is too short for the agent's own watch, so its end is in the report. */
  private void lateEnds(ProbeOutcome outcome) {
    if (plan.image().isEmpty()) {
      return;
    }
    OptionalLong last =
        outcome.reports().values().stream()
            .flatMapToLong(report -> report.number("ended").stream())
            .max();
    Optional<Instant> told = outcome.algorithmsEnded();
    if (last.isEmpty() || told.isEmpty()) {
      return;
    }
    Duration late = Duration.between(Instant.ofEpochSecond(last.getAsLong()), told.get());
    if (late.compareTo(PUNCTUAL) > 0) {
      chart.warning(
          "container-end",
          "YARN told the container's end " + late.toSeconds() + " s late",
          "container-executor.cfg of every node, below [docker]: docker.inspect.max.retries=1");
    } else {
      chart.ok(
          "container-end", "YARN told the container's end within " + PUNCTUAL.toSeconds() + " s");
    }
  }

  private void logs(ProbeOutcome outcome) {
    if (outcome.logged().isEmpty()) {
      return; // the configuration forbids it, which was told
    }
    if (outcome.logged().get()) {
      chart.ok("log-aggregation", "the probe's log was brought together");
    } else {
      chart.fault(
          "log-aggregation",
          "the probe's log was not brought together within a minute",
          "yarn-site.xml of every node and of this machine: yarn.log-aggregation-enable = true, and"
              + " the same yarn.nodemanager.remote-app-log-dir, which every user may write to (mode"
              + " 1777)");
    }
  }
}
