package dev.heddle.client.submit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.am.launch.OutputLayout;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.job.TrainingJobRequest.Channel;
import dev.heddle.containerlauncher.job.TrainingJobRequest.S3DataSource;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a job's inputs are there and its output can be written. Leaves nothing behind. */
final class StoreChecks {
  /** A manifest is read whole up to this size; a larger one is taken as it is. */
  private static final long READABLE = 16 << 20;

  private final ObjectStore store;
  private final ObjectSource inputs;
  private final Set<ObjectUri> fileSystems;
  private final String region;
  private final Findings findings;

  /**
   * @param store gets the output
   * @param inputs reads what is in S3 and what is not
   * @param fileSystems gets the roots of what is not in S3; safe for use by many threads
   */
  StoreChecks(
      ObjectStore store,
      ObjectSource inputs,
      Set<ObjectUri> fileSystems,
      String region,
      Findings findings) {
    this.store = store;
    this.inputs = inputs;
    this.fileSystems = fileSystems;
    this.region = region;
    this.findings = findings;
  }

  void channel(int index, Channel channel) {
    if (channel.dataSource() == null || channel.dataSource().s3DataSource() == null) {
      return;
    }
    S3DataSource source = channel.dataSource().s3DataSource();
    String where =
        "channel '"
            + channel.channelName()
            + "', $.InputDataConfig["
            + index
            + "].DataSource.S3DataSource.S3Uri";
    try {
      ObjectUri uri = ObjectUri.parse(source.s3Uri());
      note(uri);
      if ("S3Prefix".equals(source.s3DataType())) {
        if (!anythingUnder(uri)) {
          findings.fault(nothing(source.s3Uri(), where));
        }
      } else {
        manifest(uri, "ManifestFile".equals(source.s3DataType()), where);
      }
    } catch (ObjectStoreException e) {
      failed(source.s3Uri(), where, e);
    } catch (IllegalArgumentException e) {
      findings.fault("ValidationException: " + e.getMessage() + " (" + where + ")");
    }
  }

  private void note(ObjectUri uri) {
    if (!uri.inS3()) {
      fileSystems.add(uri.withKey(""));
    }
  }

  void checkpoints(String s3Uri) {
    String where = "$.CheckpointConfig.S3Uri";
    try {
      anythingUnder(ObjectUri.parse(s3Uri)); // empty is fine; a missing bucket isn't
    } catch (ObjectStoreException e) {
      failed(s3Uri, where, e);
    }
  }

  /** Begins the upload of the model, and gives it up at once. */
  void output(TrainingJobRequest request) {
    String path = request.outputDataConfig().s3OutputPath();
    ObjectUri model = OutputLayout.of(path, request.trainingJobName()).modelArchive();
    try {
      String upload = store.createMultipart(model);
      store.abortMultipart(model, upload);
    } catch (ObjectStoreException e) {
      findings.store(
          "the output can't be written to " + path + " ($.OutputDataConfig.S3OutputPath)", e);
    }
  }

  /** An image that is an object, or a directory of objects. */
  void image(String s3Uri) {
    String where = "$.AlgorithmSpecification.TrainingImage";
    try {
      ObjectUri uri = ObjectUri.parse(s3Uri);
      if (inputs.head(uri).isEmpty() && !anythingUnder(uri.child(""))) {
        findings.fault(s3Uri + " (" + where + "): there is no such image");
      }
    } catch (ObjectStoreException e) {
      failed(s3Uri, where, e);
    } catch (IllegalArgumentException e) {
      findings.fault(e.getMessage() + " (" + where + ")");
    }
  }

  private void manifest(ObjectUri uri, boolean json, String where) throws ObjectStoreException {
    Optional<ObjectInfo> info = inputs.head(uri);
    if (info.isEmpty() || info.get().size() == 0) {
      findings.fault(nothing(uri.toString(), where));
      return;
    }
    if (!json || info.get().size() > READABLE) {
      return;
    }
    String text;
    try (InputStream in = inputs.open(info.get(), 0, info.get().size())) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      throw new ObjectStoreException(
          ObjectStoreException.Kind.UNREACHABLE, "reading the manifest: " + e.getMessage(), e);
    }
    List<String> wrong = manifestFaults(text);
    wrong.forEach(
        fault -> findings.fault("ValidationException: " + uri + ": " + fault + " (" + where + ")"));
    if (wrong.isEmpty()) {
      JsonNode entries = Json.read(text);
      String first = entries.get(0).path("prefix").asText() + entries.get(1).asText();
      ObjectUri object = ObjectUri.parse(first);
      note(object);
      if (inputs.head(object).isEmpty()) {
        findings.fault(nothing(first, where));
      }
    }
  }

  private static List<String> manifestFaults(String text) {
    try {
      JsonNode json = Json.read(text);
      String prefix = json.path(0).path("prefix").asText("");
      if (!json.isArray() || prefix.isEmpty()) {
        return List.of("a manifest is a JSON array that begins with {\"prefix\": \"s3://…\"}");
      }
      ObjectUri.parse(prefix);
      if (json.size() < 2) {
        return List.of("the manifest names no object");
      }
      return List.of();
    } catch (IllegalArgumentException e) {
      return List.of("the manifest can't be read: " + e.getMessage());
    }
  }

  private boolean anythingUnder(ObjectUri prefix) throws ObjectStoreException {
    try {
      inputs.list(
          prefix,
          each -> {
            throw new Enough();
          });
      return false;
    } catch (Enough e) {
      return true;
    }
  }

  private void failed(String s3Uri, String where, ObjectStoreException e) {
    if (e.kind() == ObjectStoreException.Kind.NOT_FOUND) {
      findings.fault(nothing(s3Uri, where));
    } else {
      findings.store("ValidationException: " + s3Uri + " can't be read (" + where + ")", e);
    }
  }

  /** SageMaker's own words, as CreateTrainingJob says them, and the place in the job file. */
  private String nothing(String s3Uri, String where) {
    if (!s3Uri.startsWith(ObjectUri.S3 + ":")) {
      return "ValidationException: No S3 objects found under S3 URL \""
          + s3Uri
          + "\" given in input data source. Please ensure that files exist under that path, and"
          + " that the client's user may list it ("
          + where
          + ")";
    }
    return "ValidationException: No S3 objects found under S3 URL \""
        + s3Uri
        + "\" given in input data source. Please ensure that the bucket exists in the selected"
        + " region ("
        + region
        + "), that objects exist under that S3 prefix, and that the client's credentials may list"
        + " it ("
        + where
        + ")";
  }

  /** Breaks a listing off after its first object. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super(null, null, false, false);
    }
  }
}
