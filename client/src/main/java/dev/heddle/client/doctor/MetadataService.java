package dev.heddle.client.doctor;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.util.Arrays;
import java.util.List;

/**
 * Where a cloud's machines ask for their own credentials.
 *
 * @param host a name, or an address without brackets
 */
record MetadataService(String host, int port) {
  private static final int HTTP = 80;

  /** Those that {@code heddle.doctor.metadata-services} names, which has been checked. */
  static List<MetadataService> of(Settings settings) {
    return settings
        .text(Setting.DOCTOR_METADATA_SERVICES)
        .map(text -> Arrays.stream(text.split(",")).map(String::strip).map(MetadataService::parse))
        .map(services -> services.toList())
        .orElse(List.of());
  }

  /** HOST, HOST:PORT, or the same with an IPv6 address in brackets. */
  static MetadataService parse(String text) {
    int end = text.startsWith("[") ? text.indexOf(']') + 1 : text.lastIndexOf(':');
    if (end <= 0) {
      return new MetadataService(text, HTTP);
    }
    String host = text.startsWith("[") ? text.substring(1, end - 1) : text.substring(0, end);
    String rest = text.substring(end);
    return new MetadataService(host, rest.isEmpty() ? HTTP : Integer.parseInt(rest.substring(1)));
  }

  /** As it stands in a setting. */
  @Override
  public String toString() {
    String address = host.contains(":") ? "[" + host + "]" : host;
    return port == HTTP ? address : address + ":" + port;
  }
}
