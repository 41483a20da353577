package dev.heddle.client.doctor;

import dev.heddle.client.s3.S3Choice;
import dev.heddle.client.session.Causes;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import dev.heddle.client.submit.JobFile;
import dev.heddle.client.submit.S3Opening;
import dev.heddle.client.submit.SettingsCheck;
import dev.heddle.containerlauncher.conf.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Looks a cluster over, from this machine and from its nodes: first whatever can be asked, then,
 * when nothing is wrong so far, by a training job of its own, the probe.
 */
public final class Doctor {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

  private final Session session;
  private final Settings settings;
  private final DoctorPlan plan;
  private final Chart chart;

  /**
   * @param listener is told each finding as soon as it is there
   */
  public Doctor(Session session, Settings settings, DoctorPlan plan, Consumer<Finding> listener) {
    this.session = session;
    this.settings = settings;
    this.plan = plan;
    this.chart = new Chart(listener);
  }

  /**
   * All findings, in the order in which they were told.
   *
   * @throws InterruptedException when the user gives up waiting; the probe is ended
   */
  public List<Finding> examine() throws InterruptedException {
    List<String> wrong = SettingsCheck.faults(settings);
    if (!wrong.isEmpty()) {
      wrong.forEach(
          fault -> chart.fault("settings", fault, "correct it in heddle-site.xml, or in --conf"));
      return chart.findings();
    }
    chart.ok("settings", "every heddle.* property is known and has a possible value");
    lookAtCluster();
    new StagingExam(session, settings, chart).look();
    boolean fit = !chart.faulty();
    lookAtLogs();
    probe(fit);
    return chart.findings();
  }

  private void lookAtCluster() throws InterruptedException {
    try {
      session.cluster().runningNodes();
      chart.ok("resource-manager", "answers");
    } catch (IOException e) {
      chart.fault(
          "resource-manager",
          Causes.sentence(e),
          "HADOOP_CONF_DIR = the directory with the cluster's yarn-site.xml",
          "yarn-site.xml there: yarn.resourcemanager.address (or yarn.resourcemanager.hostname)");
      return;
    }
    try {
      new ClusterExam(session.cluster(), settings, chart).look(plan.gpus() > 0);
      new NodeSettingsExam(session, settings, plan.image().isPresent(), chart).look();
    } catch (IOException e) {
      chart.fault("resource-manager", "refuses to tell: " + Causes.sentence(e));
    }
  }

  private void lookAtLogs() {
    if (!session.world().logs(session.hadoop()).kept()) {
      chart.fault(
          "log-aggregation",
          "the logs of jobs are gone soon after their end: yarn.log-aggregation-enable isn't true",
          "yarn-site.xml of every node and of this machine: yarn.log-aggregation-enable = true");
    }
  }

  /**
   * @param fit whether a job may be submitted at all
   */
  private void probe(boolean fit) throws InterruptedException {
    ProbeExam exam = new ProbeExam(plan, settings, chart);
    if (plan.image().isEmpty()) {
      chart.skipped(
          "docker",
          "no Docker container ran: name an image for it, --image IMAGE, with --output s3://…");
    }
    if (plan.output().isEmpty()) {
      skip(exam, "no probe ran: it needs a place in S3 that jobs may write to, --output s3://…");
      return;
    }
    if (!fit) {
      skip(exam, "no probe ran, because of the faults above");
      return;
    }
    String name =
        "heddle-doctor-"
            + STAMP.format(session.world().clock().instant())
            + "-"
            + UUID.randomUUID().toString().substring(0, 4);
    try {
      Path types = Files.createTempFile("heddle-doctor-", ".json");
      try {
        probe(exam, ProbeJob.of(plan, name), types);
      } finally {
        Files.deleteIfExists(types);
      }
    } catch (IllegalArgumentException e) {
      chart.fault(
          KnownFault.UNKNOWN, e.getMessage(), "correct what it names: --output, --image, --role");
      skip(exam, "no probe ran");
    } catch (CommandException | IOException e) {
      chart.fault(KnownFault.UNKNOWN, "the probe could not be submitted: " + e.getMessage());
      skip(exam, "no probe ran");
    }
  }

  private void probe(ProbeExam exam, ProbeJob job, Path types)
      throws IOException, CommandException, InterruptedException {
    Settings its = job.settings(settings, types);
    JobFile file = job.file(its);
    S3Opening opening =
        S3Choice.assumesRole(its)
            ? S3Opening.begin(session, its, file.request())
            : S3Opening.begin(session, its);
    try (S3Opening s3 = opening) {
      if (!new StoreExam(s3, chart).look(job, ProbeScript.text(MetadataService.of(its)))) {
        skip(exam, "no probe ran, because of the faults above");
        return;
      }
      try {
        session.console().progress("running the probe, " + job.name());
        exam.look(new Probe(session, job, s3).run(file, its));
      } finally {
        Probe.clean(s3, job.folder());
      }
    }
  }

  private void skip(ProbeExam exam, String why) {
    exam.checks().forEach(check -> chart.skipped(check, why));
  }
}
