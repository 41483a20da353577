package dev.heddle.client.doctor;

import dev.heddle.client.cluster.Cluster;
import dev.heddle.client.cluster.Cluster.Member;
import dev.heddle.client.cluster.Cluster.Node;
import dev.heddle.client.cluster.Cluster.Queue;
import dev.heddle.client.cluster.Cluster.Size;
import dev.heddle.containerlauncher.conf.InstanceTypes;
import dev.heddle.containerlauncher.conf.InstanceTypes.InstanceType;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.yarn.api.records.ResourceInformation;

/** What the ResourceManager tells: nodes, queue, limits, GPUs. */
final class ClusterExam {
  private static final String SCHEDULER = "capacity-scheduler.xml (or fair-scheduler.xml): ";
  private static final String EXECUTOR = "Container Executor reached unrecoverable exception";
  private static final String LIMITS =
      "yarn-site.xml of the ResourceManager: raise yarn.scheduler.maximum-allocation-mb and"
          + " yarn.scheduler.maximum-allocation-vcores";

  private final Cluster cluster;
  private final Settings settings;
  private final Chart chart;

  ClusterExam(Cluster cluster, Settings settings, Chart chart) {
    this.cluster = cluster;
    this.settings = settings;
    this.chart = chart;
  }

  /**
   * @param gpusWanted whether the user asks for GPUs by name
   */
  void look(boolean gpusWanted) throws IOException {
    List<Node> nodes = nodes();
    queue();
    if (!nodes.isEmpty()) {
      if (limits(nodes)) {
        instanceTypes(nodes);
      }
      gpus(nodes, gpusWanted);
    }
  }

  private List<Node> nodes() throws IOException {
    List<Node> running = cluster.runningNodes();
    List<Member> unhealthy =
        cluster.members().stream().filter(member -> member.state().equals("UNHEALTHY")).toList();
    if (running.isEmpty()) {
      chart.fault(
          "nodes",
          "no node is running" + first(unhealthy),
          "start the NodeManagers (yarn --daemon start nodemanager), and look into their logs for"
              + " why they are not registered at the ResourceManager");
    } else if (unhealthy.stream().anyMatch(node -> node.health().contains(EXECUTOR))) {
      chart.fault(
          "container-executor",
          Texts.count(running.size(), "node")
              + " running, "
              + unhealthy.size()
              + " unhealthy"
              + first(unhealthy),
          KnownFault.EXECUTOR.toArray(String[]::new));
    } else if (!unhealthy.isEmpty()) {
      chart.warning(
          "nodes",
          Texts.count(running.size(), "node")
              + " running, "
              + unhealthy.size()
              + " unhealthy"
              + first(unhealthy),
          "yarn-site.xml of the nodes: free the disks of yarn.nodemanager.local-dirs and"
              + " yarn.nodemanager.log-dirs, or raise"
              + " yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage");
    } else {
      chart.ok("nodes", Texts.count(running.size(), "node") + " running");
    }
    return running;
  }

  private static String first(List<Member> unhealthy) {
    return unhealthy.isEmpty()
        ? ""
        : "; " + unhealthy.get(0).name() + " says: " + unhealthy.get(0).health();
  }

  private void queue() throws IOException {
    String name = settings.require(Setting.QUEUE);
    Optional<Queue> queue = cluster.queue(name);
    if (queue.isEmpty()) {
      chart.fault(
          "queue",
          "there is no queue '" + name + "'",
          SCHEDULER + "add it to yarn.scheduler.capacity.root.queues",
          "heddle-site.xml: heddle.queue = a queue that exists");
    } else if (!queue.get().running()) {
      chart.fault(
          "queue",
          "queue '" + name + "' is stopped and takes no applications",
          SCHEDULER + "yarn.scheduler.capacity.root." + name + ".state = RUNNING",
          "then: yarn rmadmin -refreshQueues");
    } else if (!queue.get().leaf()) {
      chart.fault(
          "queue",
          "queue '" + name + "' only holds other queues",
          "heddle-site.xml: heddle.queue = one of the queues below it");
    } else if (!cluster.maySubmit(name)) {
      chart.fault(
          "queue",
          "you may not submit to queue '" + name + "'",
          SCHEDULER
              + "add the user to yarn.scheduler.capacity.root."
              + name
              + ".acl_submit_applications",
          "then: yarn rmadmin -refreshQueues");
    } else {
      chart.ok("queue", "queue '" + name + "' is open");
    }
  }

  private boolean limits(List<Node> nodes) throws IOException {
    Size largest = cluster.newApplication().largest();
    Size master =
        new Size(settings.number(Setting.AM_MEMORY), settings.integer(Setting.AM_VCORES), 0);
    Size agent = new Size(settings.number(Setting.AGENT_MEMORY), 1, 0);
    boolean masterFits =
        fits(
            "ApplicationMaster",
            master,
            "heddle.am.memory-mb and heddle.am.vcores",
            largest,
            nodes);
    boolean agentFits = fits("agent", agent, "heddle.agent.memory-mb", largest, nodes);
    if (masterFits && agentFits) {
      chart.ok(
          "limits",
          "one container has at most "
              + Texts.withoutGpus(largest)
              + "; the ApplicationMaster asks for "
              + master
              + ", an agent for "
              + agent);
    }
    return masterFits && agentFits;
  }

  private boolean fits(
      String what, Size size, String settingNames, Size largest, List<Node> nodes) {
    String lower = "heddle-site.xml: lower " + settingNames;
    if (!new Size(largest.memoryMb(), largest.vcores(), Long.MAX_VALUE).holds(size)) {
      chart.fault(
          "limits",
          "the "
              + what
              + " asks for "
              + size
              + ", and one container has at most "
              + Texts.withoutGpus(largest),
          LIMITS,
          lower);
      return false;
    }
    if (nodes.stream().noneMatch(node -> node.size().holds(size))) {
      chart.fault(
          "limits",
          "the " + what + " asks for " + size + ", and no node is so large",
          "yarn-site.xml of the nodes: raise yarn.nodemanager.resource.memory-mb and"
              + " yarn.nodemanager.resource.cpu-vcores",
          lower);
      return false;
    }
    return true;
  }

  /** Those of the administrator alone: most clusters are too small for some built-in type. */
  private void instanceTypes(List<Node> nodes) {
    Optional<String> file = settings.text(Setting.INSTANCE_TYPES);
    InstanceTypes own;
    try {
      own = InstanceTypes.load(settings);
    } catch (IllegalArgumentException e) {
      chart.fault(
          "instance-types", e.getMessage(), "correct the file that heddle.instance-types names");
      return;
    }
    InstanceTypes builtIn = InstanceTypes.builtInTypes();
    long agent = settings.number(Setting.AGENT_MEMORY);
    List<String> tooLarge =
        own.all().values().stream()
            .filter(type -> !builtIn.find(type.name()).equals(Optional.of(type)))
            .filter(type -> nodes.stream().noneMatch(node -> holds(node, type, agent)))
            .map(InstanceType::name)
            .toList();
    if (!tooLarge.isEmpty()) {
      chart.warning(
          "instance-types",
          "no running node has room for a host and its agent of " + String.join(", ", tooLarge),
          file.orElse("heddle.instance-types")
              + ": make them as large as a node can give beside an agent (heddle.agent.memory-mb"
              + " and 1 vcore), with a label that some node has");
      return;
    }
    long fitting =
        own.all().values().stream()
            .filter(type -> nodes.stream().anyMatch(node -> holds(node, type, agent)))
            .count();
    if (fitting == 0) {
      chart.warning(
          "instance-types",
          "no running node has room for any instance type",
          "heddle-site.xml: heddle.instance-types = a JSON file with types of the nodes' size");
    } else {
      chart.ok("instance-types", fitting + " of " + own.all().size() + " fit a running node");
    }
  }

  private static boolean holds(Node node, InstanceType type, long agentMemoryMb) {
    Size host = new Size(type.memoryMb() + agentMemoryMb, type.vcores() + 1, type.gpus());
    return node.size().holds(host)
        && type.nodeLabel().map(label -> node.labels().contains(label)).orElse(true);
  }

  private void gpus(List<Node> nodes, boolean wanted) throws IOException {
    boolean known = cluster.resourceTypes().contains(ResourceInformation.GPU_URI);
    long total = nodes.stream().mapToLong(node -> node.size().gpus()).sum();
    if (total > 0) {
      long with = nodes.stream().filter(node -> node.size().gpus() > 0).count();
      chart.ok("gpus", Texts.count(total, "GPU") + " on " + Texts.count(with, "node"));
    } else if (known || wanted) {
      String[] remedies = {
        "yarn-site.xml of the nodes: yarn.nodemanager.resource-plugins = yarn.io/gpu, and"
            + " yarn.nodemanager.resource-plugins.gpu.path-to-discovery-executables = the directory"
            + " of nvidia-smi",
        "container-executor.cfg: module.enabled=true below [gpu]",
        "resource-types.xml of the ResourceManager and the nodes: yarn.resource-types = yarn.io/gpu"
      };
      String message =
          known
              ? "the cluster knows yarn.io/gpu, and no running node has a GPU"
              : "the cluster doesn't know the resource type yarn.io/gpu";
      if (wanted) {
        chart.fault("gpus", message, remedies);
      } else {
        chart.warning("gpus", message, remedies);
      }
    } else {
      chart.ok("gpus", "the cluster has none (no resource type yarn.io/gpu)");
    }
  }
}
