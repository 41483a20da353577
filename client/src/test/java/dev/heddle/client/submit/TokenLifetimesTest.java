package dev.heddle.client.submit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import java.time.Duration;
import java.time.Instant;
import org.apache.hadoop.hdfs.security.token.delegation.DelegationTokenIdentifier;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.token.Token;
import org.junit.jupiter.api.Test;

class TokenLifetimesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration WEEK = Duration.ofDays(7);

  /** As a NameNode gives it to ann, for the ResourceManager to renew. */
  private static Credentials tokenUntil(Instant last) {
    DelegationTokenIdentifier identifier =
        new DelegationTokenIdentifier(new Text("ann"), new Text("rm"), new Text());
    identifier.setIssueDate(last.minus(WEEK).toEpochMilli());
    identifier.setMaxDate(last.toEpochMilli());
    return with(identifier.getKind(), identifier.getBytes());
  }

  private static Credentials with(Text kind, byte[] identifier) {
    Credentials credentials = new Credentials();
    credentials.addToken(
        new Text("it"), new Token<>(identifier, new byte[0], kind, new Text("10.0.0.1:8020")));
    return credentials;
  }

  @Test
  void aJobThatMayOutliveItsTokenIsToldWhatToDo() {
    CommandException refusal =
        assertThrows(
            CommandException.class,
            () -> TokenLifetimes.check(tokenUntil(NOW.plus(WEEK)), NOW, WEEK.plusSeconds(1)));
    assertEquals(ExitCode.INPUT, refusal.exitCode());
    assertEquals(
        "ValidationException: The job may run for 604801 seconds, but its delegation token for "
            + "10.0.0.1:8020 ends at 2026-01-08T00:00:00Z, and nobody can renew it beyond: set "
            + "StoppingCondition.MaxRuntimeInSeconds to 604800 or less, or ask the administrator "
            + "whether dfs.namenode.delegation.token.max-lifetime can be raised",
        refusal.getMessage());
  }

  @Test
  void aTokenThatLastsAsLongAsTheJobWillDo() {
    assertDoesNotThrow(() -> TokenLifetimes.check(tokenUntil(NOW.plus(WEEK)), NOW, WEEK));
  }

  @Test
  void whatDoesNotTellWhenItEndsIsTaken() {
    assertDoesNotThrow(
        () -> TokenLifetimes.check(with(new Text("unknown"), new byte[] {1}), NOW, WEEK));
    assertDoesNotThrow(
        () ->
            TokenLifetimes.check(
                with(DelegationTokenIdentifier.HDFS_DELEGATION_KIND, new byte[] {1}), NOW, WEEK));
    assertDoesNotThrow(() -> TokenLifetimes.check(tokenUntil(Instant.EPOCH), NOW, WEEK));
  }
}
