package dev.heddle.tests.embedded;

import java.lang.reflect.Field;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.service.AbstractService;
import org.apache.hadoop.service.Service;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.apache.hadoop.yarn.server.nodemanager.NodeManager;
import org.apache.hadoop.yarn.server.nodemanager.containermanager.linux.resources.ResourceHandlerModule;
import org.apache.hadoop.yarn.server.resourcemanager.ResourceManager;

/**
 * A cluster whose NodeManagers give out GPUs each on its own. In one JVM they would all use the
 * first one's: YARN keeps what hands out resources in a static field.
 */
final class SeparateNodes extends MiniYARNCluster {
  private final boolean recovering;

  /**
   * @param recovering whether it has the {@link RecoverySettings}
   */
  SeparateNodes(String name, int nodes, boolean recovering) {
    super(name, nodes, 1, 1);
    this.recovering = recovering;
  }

  @Override
  protected void addService(Service service) {
    if (recovering) {
      replaceNodes();
    }
    // Initialized in this order: before each NodeManager, and before nothing else that cares.
    super.addService(new Forget());
    super.addService(service);
  }

  /** MiniYARNCluster makes them itself, each just before it is added. */
  private void replaceNodes() {
    NodeManager[] nodes = managers();
    for (int i = 0; i < nodes.length; i++) {
      if (nodes[i] != null && !(nodes[i] instanceof LoneNode)) {
        nodes[i] = new LoneNode();
      }
    }
  }

  private NodeManager[] managers() {
    try {
      Field field = MiniYARNCluster.class.getDeclaredField("nodeManagers");
      field.setAccessible(true);
      return (NodeManager[]) field.get(this);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this MiniYARNCluster has no nodes to replace", e);
    }
  }

  /** Stops a NodeManager, and starts another one in its place; containers run on. */
  NodeManager restart(NodeManager manager) {
    NodeManager[] nodes = managers();
    int i = List.of(nodes).indexOf(manager);
    manager.stop();
    Forget forget = new Forget();
    forget.init(getConfig());
    forget.stop();
    nodes[i] = new LoneNode();
    nodes[i].init(new YarnConfiguration(manager.getConfig()));
    nodes[i].start();
    return nodes[i];
  }

  /** Starts another ResourceManager in the place of one that was stopped. */
  void startResourceManager() throws InterruptedException {
    NewProcess.begins();
    restartResourceManager(0);
  }

  /** A ResourceManager's process, of which this JVM would else be the only one. */
  private static final class NewProcess extends ResourceManager {
    /** NodeManagers tell a new ResourceManager from the last one by this. */
    static void begins() {
      setClusterTimeStamp(System.currentTimeMillis());
    }
  }

  private static final class Forget extends AbstractService {
    Forget() {
      super("forget the resource handlers");
    }

    @Override
    protected void serviceInit(Configuration conf) throws Exception {
      Field handlers = ResourceHandlerModule.class.getDeclaredField("resourceHandlerChain");
      handlers.setAccessible(true);
      handlers.set(null, null);
      super.serviceInit(conf);
    }
  }
}
