package dev.heddle.client.doctor;

import dev.heddle.client.job.StagingArea;
import dev.heddle.client.session.Causes;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.Path;

/** Whether this user can stage jobs. */
final class StagingExam {
  private static final String CHECK = "staging";

  private final Session session;
  private final Settings settings;
  private final Chart chart;

  StagingExam(Session session, Settings settings, Chart chart) {
    this.session = session;
    this.settings = settings;
    this.chart = chart;
  }

  void look() {
    String place = settings.text(Setting.STAGING_DIR).orElse(".heddle in your home directory");
    try {
      StagingArea area = session.staging(settings);
      place = area.root().toString();
      Path file = new Path(area.root(), ".doctor-" + UUID.randomUUID());
      area.files().mkdirs(area.root());
      area.files().create(file, false).close();
      area.files().delete(file, false);
      chart.ok(CHECK, "jobs are staged in " + place);
    } catch (IOException | IllegalArgumentException e) {
      chart.fault(
          CHECK,
          "jobs can't be staged in " + place + ": " + Causes.sentence(e),
          "heddle-site.xml: heddle.staging-dir = a directory, on a file system of all nodes and"
              + " clients, that this user may write to",
          "where it is empty: make the user's home directory (hdfs dfs -mkdir -p /user/NAME, hdfs dfs"
              + " -chown NAME /user/NAME)");
    }
  }
}
