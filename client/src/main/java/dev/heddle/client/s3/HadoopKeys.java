package dev.heddle.client.s3;

import dev.heddle.pipemode.S3Access;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.alias.CredentialProviderFactory;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The keys that Hadoop's S3A would use, where a credential provider keeps them. What stands in the
 * configuration's files as clear text is left alone: that is for S3A, and seldom the user's own.
 */
final class HadoopKeys {
  private static final Logger LOG = LogManager.getLogger(HadoopKeys.class);
  private static final String ACCESS_KEY = "fs.s3a.access.key";
  private static final String SECRET_KEY = "fs.s3a.secret.key";
  private static final String SESSION_TOKEN = "fs.s3a.session.token";

  private HadoopKeys() {}

  /** Empty when no provider is configured, or none has both keys, or one can't be read. */
  static Optional<S3Access.Keys> find(Configuration hadoop) {
    String path = CredentialProviderFactory.CREDENTIAL_PROVIDER_PATH;
    if (hadoop.getTrimmed(path, "").isEmpty()) {
      return Optional.empty();
    }
    try {
      Optional<String> id = read(hadoop, ACCESS_KEY);
      Optional<String> secret = read(hadoop, SECRET_KEY);
      if (id.isEmpty() || secret.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(new S3Access.Keys(id.get(), secret.get(), read(hadoop, SESSION_TOKEN)));
    } catch (IOException e) {
      LOG.warn("the keys of {} can't be read: {}", path, e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<String> read(Configuration hadoop, String name) throws IOException {
    char[] value = hadoop.getPasswordFromCredentialProviders(name);
    return Optional.ofNullable(value).map(String::new).filter(text -> !text.isBlank());
  }
}
