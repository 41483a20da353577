package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Where an image of the process runtime stands.
 *
 * @param text as the request has it
 * @param scheme {@code file} where the request has a plain absolute path
 * @param archive whether it is a {@code .tar.gz} file rather than a directory
 */
record TrainingImage(String text, String scheme, boolean archive) {

  static TrainingImage parse(String text) throws FaultException {
    int colon = text.indexOf(':');
    String scheme = text.startsWith("/") ? "file" : colon < 0 ? "" : text.substring(0, colon);
    if (!scheme.matches("[a-z][a-z0-9+.-]*") || !text.startsWith("/", colon + 1)) {
      throw new FaultException(
          Blame.CLIENT,
          "The process runtime can't run the TrainingImage '"
              + text
              + "'; give it a directory or a .tar.gz archive as file:///..., hdfs://... or s3://...");
    }
    return new TrainingImage(text, scheme, text.endsWith(".tar.gz") || text.endsWith(".tgz"));
  }

  boolean isLocal() {
    return scheme.equals("file");
  }

  boolean isObject() {
    return scheme.equals("s3");
  }

  /** The place on this machine; only for a local image. */
  Path localPath() throws FaultException {
    if (text.startsWith("/")) {
      return Path.of(text).normalize();
    }
    try {
      return Path.of(new URI(text).getPath()).normalize();
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new FaultException(
          Blame.CLIENT, "The TrainingImage '" + text + "' is not a valid address.", e);
    }
  }
}
