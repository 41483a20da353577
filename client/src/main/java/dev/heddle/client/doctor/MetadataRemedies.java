package dev.heddle.client.doctor;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;

/** How an administrator keeps algorithms from a cloud's metadata service. */
final class MetadataRemedies {
  private MetadataRemedies() {}

  static String[] of(Settings settings) {
    boolean nodesNetwork = settings.text(Setting.DOCKER_NETWORK).orElse("").equals("host");
    String way =
        nodesNetwork
            ? "on every node: drop what the containers' user sends there (iptables -I OUTPUT -d"
                + " ADDRESS -m owner --uid-owner USER -j DROP); agents run as the same user, so jobs"
                + " then need S3 keys of their own. Or heddle-site.xml: heddle.docker.network = a"
                + " bridge or overlay network, and the next line"
            : "on every node: drop what containers send there (iptables -I DOCKER-USER -d ADDRESS -j"
                + " DROP)";
    return new String[] {
      way,
      nodesNetwork
          ? "for such a network: iptables -I DOCKER-USER -d ADDRESS -j DROP; on EC2 also"
              + " HttpTokens=required with HttpPutResponseHopLimit=1"
          : "on EC2: HttpTokens=required with HttpPutResponseHopLimit=1",
      "where the nodes' credentials may do no harm: heddle-site.xml:"
          + " heddle.doctor.metadata-services empty (<value> </value>)"
    };
  }
}
