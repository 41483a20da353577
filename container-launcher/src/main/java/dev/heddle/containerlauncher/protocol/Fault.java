package dev.heddle.containerlauncher.protocol;

/**
 * Something other than the algorithm's own exit that ends an attempt.
 *
 * @param blame whose it is, which decides the prefix of the FailureReason
 * @param message one sentence for people that names the thing and the remedy; no host name, no
 *     prefix (the supervisor adds both)
 */
public record Fault(Blame blame, String message) {

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
