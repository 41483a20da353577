package dev.heddle.client.submit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.token.Token;
import org.junit.jupiter.api.Test;

class FileSystemTokensTest {

  /** Gives tokens that tell whom they are for, and none to the host called miser. */
  public static final class TokenGiving extends RawLocalFileSystem {
    private URI uri;

    @Override
    public void initialize(URI name, Configuration conf) throws IOException {
      super.initialize(name, conf);
      uri = name;
    }

    @Override
    public URI getUri() {
      return uri == null ? super.getUri() : uri;
    }

    @Override
    public String getCanonicalServiceName() {
      return uri.getAuthority();
    }

    @Override
    public Token<?> getDelegationToken(String renewer) throws IOException {
      if (uri.getHost().equals("miser")) {
        throw new IOException("not without a ticket");
      }
      return new Token<>(
          renewer.getBytes(java.nio.charset.StandardCharsets.UTF_8),
          new byte[0],
          new Text("kind"),
          new Text(getCanonicalServiceName()));
    }
  }

  private final Configuration hadoop = new Configuration();
  private final Credentials credentials = new Credentials();

  private void add(String... roots) throws IOException {
    hadoop.setClass("fs.giving.impl", TokenGiving.class, FileSystem.class);
    FileSystemTokens.add(
        hadoop,
        Set.of(roots).stream().map(ObjectUri::parse).collect(Collectors.toSet()),
        "rm/host@REALM",
        credentials);
  }

  @Test
  void everyFileSystemGivesOneForTheResourceManagerToRenew() throws IOException {
    add("giving://one:8020/", "giving://two/");
    assertEquals(2, credentials.numberOfTokens());
    Token<?> token = credentials.getToken(new Text("one:8020"));
    assertEquals(
        "rm/host@REALM",
        new String(token.getIdentifier(), java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void oneThatGivesNoneIsNamed() {
    IOException refusal = assertThrows(IOException.class, () -> add("giving://miser/"));
    assertTrue(
        refusal
            .getMessage()
            .startsWith("giving://miser/ gives no delegation token: not without a ticket"),
        refusal.getMessage());
  }
}
