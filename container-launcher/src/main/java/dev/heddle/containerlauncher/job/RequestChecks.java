package dev.heddle.containerlauncher.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Finds everything that is wrong with a CreateTrainingJob request, all at once. */
public final class RequestChecks {
  private RequestChecks() {}

  /** All faults of the request, in the order of the document; empty when it can be run. */
  public static List<JobFault> check(JsonNode request) {
    throw new UnsupportedOperationException("being written: " + request);
  }
}
