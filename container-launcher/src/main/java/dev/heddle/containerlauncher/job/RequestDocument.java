package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heddle.containerlauncher.conf.InstanceTypes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A CreateTrainingJob request as somebody wrote it, read and checked.
 *
 * @param json the document; a missing node when the text isn't JSON
 * @param faults everything that is wrong with it, in the order of the document
 * @param request present exactly when there are no faults
 */
public record RequestDocument(
    JsonNode json, List<JobFault> faults, Optional<TrainingJobRequest> request) {
  /** The longest document that is read: about twice what all limits of the API can fill. */
  public static final int MAX_BYTES = 4 * 1024 * 1024;

  public RequestDocument {
    faults = List.copyOf(faults);
  }

  /** Reads and checks a document; an instance type may be any name. */
  public static RequestDocument parse(String text) {
    return read(text.getBytes(StandardCharsets.UTF_8), Optional.empty(), false);
  }

  /** Reads and checks a document in UTF-8; an instance type may be any name. */
  public static RequestDocument parse(byte[] text) {
    return read(text, Optional.empty(), false);
  }

  /** Reads and checks a document whose instance type must be one of these. */
  public static RequestDocument parse(String text, InstanceTypes instanceTypes) {
    return parse(text.getBytes(StandardCharsets.UTF_8), instanceTypes);
  }

  /** Reads and checks a document in UTF-8 whose instance type must be one of these. */
  public static RequestDocument parse(byte[] text, InstanceTypes instanceTypes) {
    return read(text, Optional.of(instanceTypes), false);
  }

  /**
   * As {@link #parse(byte[], InstanceTypes)} for a job on this machine alone: its output and its
   * checkpoints may be {@code file:///} addresses.
   */
  public static RequestDocument parseLocal(byte[] text, InstanceTypes instanceTypes) {
    return read(text, Optional.of(instanceTypes), true);
  }

  /** Whether the job can be run. */
  public boolean valid() {
    return faults.isEmpty();
  }

  private static RequestDocument read(
      byte[] text, Optional<InstanceTypes> instanceTypes, boolean localFiles) {
    JsonText document = JsonText.read(text, MAX_BYTES);
    if (document.fault().isPresent()) {
      return new RequestDocument(
          MissingNode.getInstance(),
          List.of(new JobFault("$", document.fault().get())),
          Optional.empty());
    }
    FaultList found = RequestChecks.faults(document.json(), instanceTypes, localFiles);
    for (Located twice : document.duplicates()) {
      found.add(twice, "stands twice in the same object: keep one");
    }
    List<JobFault> faults = found.inOrder();
    return new RequestDocument(
        document.json(),
        faults,
        faults.isEmpty()
            ? Optional.of(TrainingJobRequest.bind(document.json()))
            : Optional.empty());
  }
}
