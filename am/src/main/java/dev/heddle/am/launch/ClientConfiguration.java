package dev.heddle.am.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
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
    // By hand: Configuration's own way loads an XSLT processor, and a user waits meanwhile.
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.append("<configuration>\n");
    Map<String, String> sorted = new TreeMap<>();
    client.forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    sorted.forEach(
        (key, value) -> {
          if (!isSecret(key) && !isDefault(client, key)) {
            xml.append("<property><name>").append(escape(key)).append("</name><value>");
            xml.append(escape(value)).append("</value></property>\n");
          }
        });
    xml.append("</configuration>\n");
    to.write(xml.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '\n' -> escaped.append("&#10;");
                case '\r' -> escaped.append("&#13;");
                default -> {
                  // XML 1.0 has no way to write the other control characters.
                  if (c >= 0x20 || c == '\t') {
                    escaped.appendCodePoint(c);
                  }
                }
              }
            });
    return escaped.toString();
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
