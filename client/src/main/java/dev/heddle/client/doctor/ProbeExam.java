package dev.heddle.client.doctor;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.hadoop.util.VersionInfo;

/** Reads what the probe has brought, and says what it means. */
final class ProbeExam {
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(60);

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
              .of(outcome.trouble(), outcome.applicationId());
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
    reports.forEach((host, report) -> container(outcome.node(host), report));
    reports.forEach((host, report) -> metadata(outcome.node(host), report));
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
          "submit with a Hadoop client of the cluster's own version: yarn jar on one of its machines,"
              + " or a build with -Dhadoop.version="
              + there.get());
    }
  }

  /** 3.4 of 3.4.2: clients and servers of one line understand each other. */
  private static String line(String version) {
    return version.replaceFirst("^(\\d+\\.\\d+).*", "$1");
  }

  private void container(String node, ContainerReport report) {
    String what = plan.image().isPresent() ? "docker" : "process-runtime";
    if (!report.is("writable") || (plan.image().isPresent() && !report.is("mounted"))) {
      chart.fault(
          plan.image().isPresent() ? "docker-mounts" : what,
          "on "
              + node
              + " /opt/ml is "
              + (report.is("mounted") ? "mounted, and can't be written to" : "not mounted"),
          "container-executor.cfg, below [docker]: docker.allowed.rw-mounts = every directory of"
              + " yarn.nodemanager.local-dirs and yarn.nodemanager.log-dirs (yarn-site.xml)");
      return;
    }
    if (plan.image().isEmpty() && !report.is("mounted")) {
      chart.warning(
          what,
          node + " has no namespaces for algorithms, which find their files by SAGEMAKER_BASE_DIR",
          "on every node: util-linux 2.36 or newer, sysctl user.max_user_namespaces greater than 0,"
              + " and kernel.unprivileged_userns_clone = 1 where there is such a switch");
      return;
    }
    chart.ok(
        what,
        "a container ran on "
            + node
            + report.text("uid").map(uid -> " as user " + uid).orElse("")
            + " with /opt/ml"
            + network(report)
            + report.text("shm_kb").map(kb -> ", /dev/shm of " + mib(kb)).orElse(""));
    gpus(node, report);
  }

  private String network(ContainerReport report) {
    String interfaces =
        report.text("interfaces").map(names -> " (" + names.strip() + ")").orElse("");
    return plan.image().isPresent()
        ? ", network " + settings.require(Setting.DOCKER_NETWORK) + interfaces
        : "";
  }

  private static String mib(String kb) {
    return kb.matches("\\d{1,18}") ? Long.parseLong(kb) / 1024 + " MiB" : kb + " kB";
  }

  private void gpus(String node, ContainerReport report) {
    if (plan.gpus() == 0 || plan.image().isEmpty()) {
      return;
    }
    Optional<String> given = report.text("gpus").filter(gpus -> !gpus.equals("void"));
    Optional<String> devices = report.text("gpu_devices");
    if (given.isEmpty() && devices.isEmpty()) {
      chart.fault(
          "docker-gpus",
          "on " + node + " the container got a GPU from YARN and sees none",
          "container-executor.cfg, below [docker]: docker.allowed.runtimes=nvidia",
          "yarn-site.xml of the nodes:"
              + " yarn.nodemanager.resource-plugins.gpu.docker-plugin = nvidia-docker-v2");
    } else {
      chart.ok(
          "docker-gpus",
          "on "
              + node
              + " the container has GPU "
              + given.orElse("?")
              + devices.map(names -> ", devices " + names.strip()).orElse(", and no device of it"));
    }
  }

  private void metadata(String node, ContainerReport report) {
    List<String> reached = report.metadata("reached");
    List<String> untried = report.metadata("untried");
    if (MetadataService.of(settings).isEmpty()) {
      chart.skipped("metadata-service", "heddle.doctor.metadata-services is empty");
    } else if (!reached.isEmpty()) {
      chart.warning(
          "metadata-service",
          "an algorithm on "
              + node
              + " reaches "
              + addresses(reached)
              + ": whoever submits a job can take the credentials of the node",
          MetadataRemedies.of(settings));
    } else if (!untried.isEmpty()) {
      chart.skipped(
          "metadata-service",
          "the image has none of python3, perl, bash, curl and nc to try with: name another one with"
              + " --image");
    } else {
      chart.ok(
          "metadata-service",
          "out of reach for algorithms on "
              + node
              + ": "
              + addresses(report.metadata("not-reached")));
    }
  }

  private static String addresses(List<String> services) {
    return services.stream()
        .map(
            service -> {
              int space = service.lastIndexOf(' ');
              return new MetadataService(
                      service.substring(0, space), Integer.parseInt(service.substring(space + 1)))
                  .toString();
            })
        .collect(Collectors.joining(", "));
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

  private void lateEnds(ProbeOutcome outcome) {
    if (plan.image().isEmpty()) {
      return;
    }
    Optional<String> late =
        outcome.notes().stream()
            .filter(note -> note.contains("docker.inspect.max.retries"))
            .findFirst();
    if (late.isPresent()) {
      chart.warning(
          "container-end",
          late.get(),
          "container-executor.cfg of every node, below [docker]: docker.inspect.max.retries=1");
    } else {
      chart.ok("container-end", "YARN told the container's end in time");
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
          "the probe's log was not brought together within half a minute",
          "yarn-site.xml of every node and of this machine: yarn.log-aggregation-enable = true, and"
              + " the same yarn.nodemanager.remote-app-log-dir, which every user may write to (mode"
              + " 1777)");
    }
  }
}
