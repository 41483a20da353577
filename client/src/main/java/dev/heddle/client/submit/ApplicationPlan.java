package dev.heddle.client.submit;

import dev.heddle.am.launch.JarResource;
import dev.heddle.am.launch.JvmLaunch;
import dev.heddle.am.launch.Staging;
import dev.heddle.client.cluster.YarnCluster;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;

/** The YARN application of one training job: its ApplicationMaster and how YARN shows it. */
final class ApplicationPlan {
  private static final String MASTER_CLASS = "dev.heddle.am.ApplicationMaster";

  // YarnConfiguration's limits in older versions of Hadoop, and its defaults in newer ones.
  private static final int MAX_TAGS = 10;
  private static final int MAX_TAG_LENGTH = 100;

  private ApplicationPlan() {}

  static ApplicationSubmissionContext of(
      ApplicationId id,
      TrainingJobRequest request,
      String queue,
      Settings settings,
      Configuration hadoop,
      Staging staging,
      JarResource jar,
      Credentials credentials)
      throws IOException {
    String command =
        JvmLaunch.command(
            MASTER_CLASS,
            settings.text(Setting.AM_JAVA_OPTIONS).orElse(""),
            List.of("--staging", staging.directory().toString(), "--jar", jar.toText()),
            "am.out",
            "am.err");
    ContainerLaunchContext master =
        ContainerLaunchContext.newInstance(
            Map.of(JvmLaunch.JAR, jar.toLocalResource()),
            JvmLaunch.environment(hadoop, settings),
            List.of(command),
            Map.of(),
            tokens(credentials),
            Map.of());
    ApplicationSubmissionContext application =
        ApplicationSubmissionContext.newInstance(
            id,
            request.trainingJobName(),
            queue,
            Priority.newInstance(0),
            master,
            false,
            true,
            settings.integer(Setting.AM_MAX_ATTEMPTS),
            Resource.newInstance(
                settings.number(Setting.AM_MEMORY), settings.integer(Setting.AM_VCORES)),
            YarnCluster.APPLICATION_TYPE,
            true);
    application.setAttemptFailuresValidityInterval(
        settings.duration(Setting.AM_FAILURES_VALIDITY).toMillis());
    application.setApplicationTags(tags(request.tags()));
    // Without a log aggregation context every log file of every container is kept, which is what is
    // wanted; naming a rolling pattern would have NodeManagers delete logs that are being written.
    return application;
  }

  /** YARN takes at most ten short ASCII tags; the request keeps them all. */
  static Set<String> tags(List<TrainingJobRequest.Tag> tags) {
    Set<String> all = new LinkedHashSet<>();
    for (TrainingJobRequest.Tag tag : tags) {
      if (all.size() == MAX_TAGS) {
        break;
      }
      String text = tag.key() + "=" + (tag.value() == null ? "" : tag.value());
      String plain = text.toLowerCase(Locale.ROOT).replaceAll("[^\\x20-\\x7e]", "_");
      int length = Math.min(plain.length(), MAX_TAG_LENGTH);
      all.add(plain.substring(0, length));
    }
    return all;
  }

  private static ByteBuffer tokens(Credentials credentials) throws IOException {
    try (DataOutputBuffer buffer = new DataOutputBuffer()) {
      credentials.writeTokenStorageToStream(buffer);
      return ByteBuffer.wrap(buffer.getData(), 0, buffer.getLength());
    }
  }
}
