package dev.heddle.client.doctor;

import dev.heddle.client.doctor.Finding.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an administrator changes when the probe has failed for a reason. The sentences are those of
 * FailureReasons, which name the properties: here each property has its file and its value.
 */
final class KnownFault {
  /** Where a fault shows that nothing here knows. */
  static final String UNKNOWN = "probe";

  private static final String CFG = "container-executor.cfg of every node";
  private static final String DOCKER_CFG = CFG + ", below [docker]: ";
  private static final String NODES = "yarn-site.xml of every node, then restart its NodeManager: ";
  private static final String SITE = "heddle-site.xml: ";
  private static final String SCHEDULER = "capacity-scheduler.xml: ";

  static final String MOUNTS =
      DOCKER_CFG
          + "docker.allowed.rw-mounts and docker.allowed.ro-mounts = every directory of"
          + " yarn.nodemanager.local-dirs and yarn.nodemanager.log-dirs (yarn-site.xml)";

  static final List<String> GPUS =
      List.of(
          DOCKER_CFG + "docker.allowed.runtimes=nvidia",
          "on every node with GPUs: install NVIDIA's container toolkit, register its runtime"
              + " (nvidia-ctk runtime configure --runtime=docker), restart Docker",
          NODES + "yarn.nodemanager.resource-plugins.gpu.docker-plugin = nvidia-docker-v2");

  static final List<String> EXECUTOR =
      List.of(
          CFG + ": the file and every directory above it owned by root, writable by nobody else",
          "container-executor itself: owned by root and the group of"
              + " yarn.nodemanager.linux-container-executor.group, mode 4750");

  private final String network;
  private final Optional<String> image;

  /** A cause by its words, the check that it belongs to, and what helps. */
  private record Known(Pattern words, String check, List<String> remedies) {
    Known(String words, String check, String... remedies) {
      this(Pattern.compile(words, Pattern.CASE_INSENSITIVE), check, List.of(remedies));
    }
  }

  /**
   * @param network the Docker network of algorithms
   * @param image the probe's; empty for a process
   */
  KnownFault(String network, Optional<String> image) {
    this.network = network;
    this.image = image;
  }

  /**
   * @param reason a FailureReason, or what hindered the probe
   * @param diagnostics what YARN says of the application, which may say more; may be empty
   * @param applicationId for the place to look
   */
  Finding of(String reason, String diagnostics, Optional<String> applicationId) {
    for (Known known : all()) {
      if (known.words().matcher(reason).find()) {
        return new Finding(known.check(), Status.FAULT, reason, known.remedies());
      }
      Matcher more = known.words().matcher(diagnostics);
      if (more.find()) {
        String message = reason + " YARN says: " + line(diagnostics, more);
        return new Finding(known.check(), Status.FAULT, message, known.remedies());
      }
    }
    List<String> look = new ArrayList<>();
    applicationId.ifPresent(id -> look.add("look into its log: yarn logs -applicationId " + id));
    return new Finding(UNKNOWN, Status.FAULT, reason, look);
  }

  /** The line in which the words were found. */
  private static String line(String text, Matcher found) {
    int start = text.lastIndexOf('\n', found.start()) + 1;
    int end = text.indexOf('\n', found.end());
    return text.substring(start, end < 0 ? text.length() : end).strip();
  }

  /** The first that fits counts. */
  private List<Known> all() {
    String name = image.orElse("");
    return List.of(
        new Known(
            "docker\\.trusted\\.registries",
            "docker-trust",
            DOCKER_CFG + "add '" + registry(name) + "' to docker.trusted.registries",
            "or name an image of a registry that is there: --image"),
        new Known("docker\\.allowed\\.rw-mounts", "docker-mounts", MOUNTS),
        new Known(
            "Disallowed network",
            "docker-network",
            NODES
                + "add '"
                + network
                + "' to yarn.nodemanager.runtime.linux.docker.allowed-container-networks",
            DOCKER_CFG + "add it to docker.allowed.networks as well",
            "or " + SITE + "heddle.docker.network = a network that is in both lists"),
        new Known(
            "docker\\.allowed\\.networks",
            "docker-network",
            DOCKER_CFG + "add '" + network + "' to docker.allowed.networks",
            "or " + SITE + "heddle.docker.network = a network that is in that list"),
        new Known(
            "has no Docker network",
            "docker-network",
            "on every node: docker network create " + network,
            "or " + SITE + "heddle.docker.network = a network that every node has"),
        new Known(
            "min\\.user\\.id",
            "container-user",
            NODES
                + "yarn.nodemanager.linux-container-executor.nonsecure-mode.local-user = a user"
                + " whom every node has, with an id of min.user.id or more",
            CFG
                + ": lower min.user.id, take the user out of banned.users, or name it in"
                + " allowed.system.users"),
        new Known(
            "The image '.*' can't be found",
            "docker-image",
            "on every node: docker pull "
                + name
                + " (and docker login, where the registry wants it)",
            "or name another image: --image"),
        new Known(
            "has no executable program|can't be executed: make it executable|YARN doesn't take '",
            "docker-image",
            "name an image of this architecture that has /bin/sh and no ENTRYPOINT of its own:"
                + " --image"),
        new Known("Docker's NVIDIA runtime", "docker-gpus", GPUS.toArray(String[]::new)),
        new Known(
            "Docker engine doesn't answer",
            "docker-engine",
            "on the node: start the Docker engine (systemctl start docker)",
            DOCKER_CFG + "docker.binary = the path of docker's client"),
        new Known(
            "module\\.enabled=true below \\[docker\\]",
            "docker-runtime",
            DOCKER_CFG + "module.enabled=true",
            NODES + "yarn.nodemanager.runtime.linux.allowed-runtimes = default,docker",
            NODES
                + "yarn.nodemanager.container-executor.class ="
                + " org.apache.hadoop.yarn.server.nodemanager.LinuxContainerExecutor"),
        new Known(
            "ResourceHandlerChain.preStart|Feature disabled: gpu",
            "container-executor",
            CFG + ": module.enabled=true below [gpu]; root and yarn-hierarchy below [cgroups]",
            EXECUTOR.get(0),
            EXECUTOR.get(1)),
        new Known(
            "(code|exitCode)[:=]? ?(22|24)\\b|unrecoverable exception",
            "container-executor",
            EXECUTOR.toArray(String[]::new)),
        new Known(
            "UnsupportedClassVersionError|code 127\\b|/bin/java: |java: (command )?not found",
            "java",
            SITE + "heddle.java.home = the home of a Java 17 or newer that every node has",
            "or yarn-env.sh of every node: JAVA_HOME of such a one"),
        new Known(
            "AM resource (limit|share)|AMResource|am-resource",
            "queue",
            SCHEDULER
                + "raise yarn.scheduler.capacity.maximum-am-resource-percent (or the queue's own"
                + " maximum-am-resource-percent)",
            "then: yarn rmadmin -refreshQueues"),
        new Known(
            "found no room on the node",
            "room",
            SITE + "lower heddle.agent.memory-mb",
            NODES
                + "raise yarn.nodemanager.resource.memory-mb and"
                + " yarn.nodemanager.resource.cpu-vcores"),
        new Known(
            "waiting for queue|still (Starting|Pending|LaunchingMLInstances|Downloading)",
            "room",
            "try again when the cluster is less busy, or give it more time: --timeout",
            "ask for less: fewer --hosts, no --gpus",
            SCHEDULER + "give the queue more capacity"),
        new Known(
            "s3://|\\bS3\\b|credentials|endpoint",
            "s3-from-node",
            "let the nodes reach the S3 server as the client does: name resolution, firewall,"
                + " proxy",
            SITE + "heddle.s3.endpoint = an address of it that the nodes can reach"));
  }

  /** As container-executor.cfg names it: what stands before the first slash. */
  static String registry(String image) {
    int slash = image.indexOf('/');
    return slash < 0 ? "library" : image.substring(0, slash);
  }
}
