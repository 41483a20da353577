package dev.heddle.client.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.am.launch.OutputLayout;
import dev.heddle.client.s3.S3Choice;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Reads the record that a job left in its output prefix. */
final class OutputRecords {
  private static final Logger LOG = LogManager.getLogger(OutputRecords.class);

  private final Session session;

  OutputRecords(Session session) {
    this.session = session;
  }

  /** Empty when there is none, or S3 doesn't show it. */
  Optional<JobRecord> find(StagedJob job) throws IOException {
    Optional<String> path =
        job.request().map(r -> r.path("OutputDataConfig").path("S3OutputPath").asText(""));
    if (path.isEmpty() || path.get().isEmpty()) {
      return Optional.empty();
    }
    try {
      ObjectUri place = OutputLayout.of(path.get(), job.name()).record();
      Settings settings = job.settings().orElseGet(() -> session.settings(Map.of()));
      S3Choice own = S3Choice.of(settings, session.environment(), session.hadoop());
      S3Choice choice = S3Choice.assumesRole(settings) ? own.assuming(role(job), job.name()) : own;
      try (ObjectStore store = session.world().store(choice.forClient())) {
        Optional<ObjectInfo> info = store.head(place);
        if (info.isEmpty()) {
          return Optional.empty();
        }
        try (InputStream in = store.open(info.get(), 0, info.get().size())) {
          String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          return Json.read(text) instanceof ObjectNode object
              ? Optional.of(new JobRecord(object))
              : Optional.empty();
        }
      }
    } catch (ObjectStoreException | IllegalArgumentException e) {
      LOG.debug("no record of {} in its output prefix", job.name(), e);
      return Optional.empty();
    }
  }

  private static String role(StagedJob job) throws IOException {
    return job.request().map(request -> request.path("RoleArn").asText("")).orElse("");
  }
}
