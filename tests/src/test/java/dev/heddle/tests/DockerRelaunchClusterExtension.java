package dev.heddle.tests;

import dev.heddle.tests.docker.DockerOptions;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.Queues;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster that runs Docker containers and has one node more than a job takes, which keeps what
 * containers print. What its queue {@code urgent} wants is taken from the queue {@code default}.
 */
public final class DockerRelaunchClusterExtension extends DockerClusterExtension {
  public static final int HOSTS = 2;

  /** Of {@code default} hardly more than an ApplicationMaster is safe. */
  private static final int URGENT = 90;

  private static final String MEMORY_ALONE =
      "org.apache.hadoop.yarn.util.resource.DefaultResourceCalculator";

  @Override
  EmbeddedCluster.Options options() {
    Map<String, String> more = new HashMap<>(RelaunchClusterExtension.forLosses());
    more.putAll(Queues.withUrgent(URGENT));
    // Hosts fill a node's memory and not its cores, so that by both nobody has too much.
    more.put("yarn.scheduler.capacity.resource-calculator", MEMORY_ALONE);
    return new EmbeddedCluster.Options(Optional.empty(), HOSTS + 1, more)
        .withDocker(DockerOptions.standard());
  }
}
