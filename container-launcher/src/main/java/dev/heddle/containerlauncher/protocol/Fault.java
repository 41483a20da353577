package dev.heddle.containerlauncher.protocol;

/**
 * Something other than the algorithm's own exit that ends an attempt.
 *
 * @param blame whose it is, which decides the prefix of the FailureReason
 * @param message one sentence for people that names the thing and the remedy; no host name, no
 *     prefix (the supervisor adds both)
 * @param outOfMemory whether the algorithm was killed for using more memory than its host has,
 *     which explains why its peers fail
 */
public record Fault(Blame blame, String message, boolean outOfMemory) {
  public Fault(Blame blame, String message) {
    this(blame, message, false);
  }

  /** The class prefixes of a FailureReason, as SageMaker's DescribeTrainingJob shows them. */
  public enum Blame {
    ALGORITHM("AlgorithmError"),
    CLIENT("ClientError"),
    PLATFORM("InternalServerError"),
    CAPACITY("CapacityError");

    private final String prefix;

    Blame(String prefix) {
      this.prefix = prefix;
    }

    public String prefix() {
      return prefix;
    }
  }
}
