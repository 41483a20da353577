package dev.heddle.client.doctor;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.util.List;

/** How an administrator keeps algorithms from a cloud's metadata service. */
final class MetadataRemedies {
  private static final String BETWEEN =
      "iptables -I DOCKER-USER -d ADDRESS -j DROP; on EC2 also HttpTokens=required with"
          + " HttpPutResponseHopLimit=1";
  private static final String HARMLESS =
      "or, where the nodes' credentials may do no harm, heddle-site.xml:"
          + " heddle.doctor.metadata-services empty (<value> </value>)";

  private MetadataRemedies() {}

  static List<String> of(Settings settings) {
    if (!settings.text(Setting.DOCKER_NETWORK).orElse("").equals("host")) {
      return List.of("on every node: " + BETWEEN, HARMLESS);
    }
    return List.of(
        "on every node: iptables -I OUTPUT -d ADDRESS -m owner --uid-owner USER -j DROP, with the"
            + " containers' user; agents run as the same one, so jobs then need S3 keys of their"
            + " own",
        "or heddle-site.xml: heddle.docker.network = a bridge or an overlay, and on every node: "
            + BETWEEN,
        HARMLESS);
  }
}
