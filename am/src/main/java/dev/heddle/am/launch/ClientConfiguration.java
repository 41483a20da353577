package dev.heddle.am.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/**
 * The submitting client's Hadoop configuration, which the ApplicationMaster lays over its node's
 * own: a node need not be configured as a client, and both then speak of the same cluster.
 */
public final class ClientConfiguration {
  // Service settings such as hadoop.security.token.service.use_ip are no secrets and must stay.
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)(fs\\..*(key|secret|token|credential|session|sas).*)|(.*(password|passwd|secret).*)"
              + "|(.*credential\\.provider.*)");

  private ClientConfiguration() {}

  /** Writes what the client's files and options say: no Hadoop defaults, and no secrets. */
  public static void write(Configuration client, OutputStream to) throws IOException {
    Configuration shared = new Configuration(false);
    for (Map.Entry<String, String> entry : client) {
      String key = entry.getKey();
      if (!isSecret(key) && !isDefault(client, key)) {
        shared.set(key, entry.getValue());
      }
    }
    shared.writeXml(to);
  }

  /** Lays what {@link #write} wrote over the configuration. */
  public static void addTo(Configuration node, InputStream from) {
    node.addResource(from, "the client's configuration");
    node.size(); // reads the stream now, while it is open
  }

  static boolean isSecret(String key) {
    return SECRET.matcher(key).matches();
  }

  private static boolean isDefault(Configuration client, String key) {
    String[] sources = client.getPropertySources(key);
    return sources != null
        && sources.length > 0
        && sources[sources.length - 1].endsWith("-default.xml");
  }
}
