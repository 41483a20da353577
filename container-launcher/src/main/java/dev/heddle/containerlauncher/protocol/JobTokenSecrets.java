package dev.heddle.containerlauncher.protocol;

import javax.crypto.SecretKey;
import org.apache.hadoop.security.token.SecretManager;
import org.apache.hadoop.security.token.Token;

/** Makes and checks the RPC tokens of one job from that job's secret; knows no other job. */
public final class JobTokenSecrets extends SecretManager<JobTokenIdentifier> {
  private final String applicationId;
  private final SecretKey key;

  /**
   * @param secret the job's own random bytes, 16 or more
   */
  public JobTokenSecrets(String applicationId, byte[] secret) {
    this.applicationId = applicationId;
    this.key = createSecretKey(secret);
  }

  /** A token for one agent's container, or for {@link JobTokenIdentifier#CLIENT}. */
  public Token<JobTokenIdentifier> tokenFor(String holder) {
    return new Token<>(new JobTokenIdentifier(applicationId, holder), this);
  }

  @Override
  protected byte[] createPassword(JobTokenIdentifier identifier) {
    return createPassword(identifier.getBytes(), key);
  }

  @Override
  public byte[] retrievePassword(JobTokenIdentifier identifier) throws InvalidToken {
    if (!identifier.applicationId().equals(applicationId)) {
      throw new InvalidToken(
          "this token belongs to " + identifier.applicationId() + ", not to " + applicationId);
    }
    return createPassword(identifier.getBytes(), key);
  }

  @Override
  public JobTokenIdentifier createIdentifier() {
    return new JobTokenIdentifier();
  }
}
