package dev.heddle.containerlauncher.job;

import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.util.Objects;

/**
 * Why a job failed: FailureReason of the SageMaker API (DescribeTrainingJob).
 *
 * @param blame whose it is; gives the prefix, such as {@code AlgorithmError}
 * @param text what happened, for people
 */
public record FailureReason(Blame blame, String text) {
  /** The API's limit on the whole, prefix included; counted in UTF-16 units, the stricter way. */
  public static final int MAX_LENGTH = 1024;

  public FailureReason {
    Objects.requireNonNull(blame);
    Objects.requireNonNull(text);
  }

  /** {@code PREFIX: TEXT}, cut to {@link #MAX_LENGTH}; no character is cut in half. */
  @Override
  public String toString() {
    String whole = blame.prefix() + ": " + text;
    if (whole.length() <= MAX_LENGTH) {
      return whole;
    }
    int end = Character.isHighSurrogate(whole.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
    return whole.substring(0, end);
  }
}
