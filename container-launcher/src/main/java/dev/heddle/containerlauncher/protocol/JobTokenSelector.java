package dev.heddle.containerlauncher.protocol;

import java.util.Collection;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.security.token.TokenIdentifier;
import org.apache.hadoop.security.token.TokenSelector;

/** Finds the job's token among a process's credentials. A process has one at most. */
public final class JobTokenSelector implements TokenSelector<JobTokenIdentifier> {

  @Override
  @SuppressWarnings("unchecked") // the kind says what the identifier is
  public Token<JobTokenIdentifier> selectToken(
      Text service, Collection<Token<? extends TokenIdentifier>> tokens) {
    for (Token<? extends TokenIdentifier> token : tokens) {
      if (JobTokenIdentifier.KIND.equals(token.getKind())) {
        return (Token<JobTokenIdentifier>) token;
      }
    }
    return null;
  }
}
