package dev.heddle.client.submit;

import dev.heddle.client.session.CommandException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.hdfs.security.token.delegation.DelegationTokenIdentifier;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.security.token.delegation.AbstractDelegationTokenIdentifier;

/**
 * Whether delegation tokens last as long as the job that they are for. The ResourceManager renews
 * them, but to no day after their last; and a job that runs gets no other ones.
 */
final class TokenLifetimes {
  private TokenLifetimes() {}

  /**
   * @param maxRuntime the job's
   * @throws CommandException with a sentence for each token that may end before the job
   */
  static void check(Credentials credentials, Instant now, Duration maxRuntime)
      throws CommandException {
    List<String> faults = new ArrayList<>();
    for (Token<?> token : credentials.getAllTokens()) {
      Instant last = last(token);
      if (last.isBefore(now.plus(maxRuntime))) {
        faults.add(fault(token, last, Duration.between(now, last), maxRuntime));
      }
    }
    if (!faults.isEmpty()) {
      throw CommandException.input(faults);
    }
  }

  /** What doesn't say when it ends is not for us to judge. */
  private static Instant last(Token<?> token) {
    try {
      return token.decodeIdentifier() instanceof AbstractDelegationTokenIdentifier identifier
              && identifier.getMaxDate() > 0
          ? Instant.ofEpochMilli(identifier.getMaxDate())
          : Instant.MAX;
    } catch (IOException e) {
      return Instant.MAX;
    }
  }

  private static String fault(Token<?> token, Instant last, Duration left, Duration maxRuntime) {
    String longer =
        token.getKind().equals(DelegationTokenIdentifier.HDFS_DELEGATION_KIND)
            ? "dfs.namenode.delegation.token.max-lifetime can be raised"
            : "tokens of the kind " + token.getKind() + " can be made to last longer";
    return "ValidationException: The job may run for "
        + maxRuntime.toSeconds()
        + " seconds, but its delegation token for "
        + token.getService()
        + " ends at "
        + last
        + ", and nobody can renew it beyond: set StoppingCondition.MaxRuntimeInSeconds to "
        + Math.max(0, left.toMinutes() * 60)
        + " or less, or ask the administrator whether "
        + longer;
  }
}
