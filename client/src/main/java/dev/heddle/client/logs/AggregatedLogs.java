package dev.heddle.client.logs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.logaggregation.ContainerLogsRequest;
import org.apache.hadoop.yarn.logaggregation.filecontroller.LogAggregationFileController;
import org.apache.hadoop.yarn.logaggregation.filecontroller.LogAggregationFileControllerFactory;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Reads aggregated logs with Hadoop's own readers, whichever format the cluster writes. */
public final class AggregatedLogs implements LogArchive {
  private static final Logger LOG = LogManager.getLogger(AggregatedLogs.class);

  private final Configuration hadoop;

  public AggregatedLogs(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  @Override
  public boolean kept() {
    return hadoop.getBoolean(
        YarnConfiguration.LOG_AGGREGATION_ENABLED,
        YarnConfiguration.DEFAULT_LOG_AGGREGATION_ENABLED);
  }

  @Override
  public boolean read(
      String applicationId, String owner, String containerId, String file, OutputStream to)
      throws IOException {
    ApplicationId id = ApplicationId.fromString(applicationId);
    ContainerLogsRequest request = new ContainerLogsRequest();
    request.setAppId(id);
    request.setContainerId(containerId);
    request.setAppOwner(owner);
    request.setAppFinished(true);
    request.setLogTypes(Set.of(file));
    request.setBytes(Long.MAX_VALUE);
    LogAggregationFileController controller;
    try {
      controller =
          new LogAggregationFileControllerFactory(hadoop).getFileControllerForRead(id, owner);
    } catch (IOException e) {
      // No reader finds anything: no node has brought its logs yet, or they were removed.
      LOG.debug("no aggregated logs of {}", applicationId, e);
      return false;
    }
    LogFraming framing = new LogFraming(file, to);
    try {
      controller.readAggregatedLogs(request, framing);
    } catch (FileNotFoundException e) {
      LOG.debug("no aggregated logs of {}", containerId, e);
      return false;
    }
    return framing.found();
  }
}
