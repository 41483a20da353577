package dev.heddle.client.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** The probe's program: a shell script that wants little of an image. */
final class ProbeScript {
  private static final String TEMPLATE = "probe.sh";
  private static final String PLACE = "#METADATA";

  private ProbeScript() {}

  /**
   * @param services that it tries to reach; their hosts are of characters that mean nothing to a
   *     shell, as the setting's rule has it
   */
  static String text(List<MetadataService> services) {
    String calls =
        services.stream()
            .map(service -> "metadata " + service.host() + " " + service.port())
            .collect(Collectors.joining("\n"));
    try (InputStream in = ProbeScript.class.getResourceAsStream(TEMPLATE)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + TEMPLATE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace(PLACE, calls);
    } catch (IOException e) {
      throw new IllegalStateException("the jar's " + TEMPLATE + " can't be read", e);
    }
  }
}
