package dev.heddle.tests.embedded;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.event.Dispatcher;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.server.api.ResourceTracker;
import org.apache.hadoop.yarn.server.api.protocolrecords.NodeHeartbeatRequest;
import org.apache.hadoop.yarn.server.api.protocolrecords.NodeHeartbeatResponse;
import org.apache.hadoop.yarn.server.api.protocolrecords.RegisterNodeManagerRequest;
import org.apache.hadoop.yarn.server.api.protocolrecords.RegisterNodeManagerResponse;
import org.apache.hadoop.yarn.server.api.protocolrecords.UnRegisterNodeManagerRequest;
import org.apache.hadoop.yarn.server.api.protocolrecords.UnRegisterNodeManagerResponse;
import org.apache.hadoop.yarn.server.nodemanager.Context;
import org.apache.hadoop.yarn.server.nodemanager.NodeManager;
import org.apache.hadoop.yarn.server.nodemanager.NodeStatusUpdater;
import org.apache.hadoop.yarn.server.nodemanager.NodeStatusUpdaterImpl;
import org.apache.hadoop.yarn.server.nodemanager.containermanager.launcher.ContainersLauncher;
import org.apache.hadoop.yarn.server.nodemanager.health.NodeHealthCheckerService;

/**
 * A NodeManager that can be restarted while its containers run, and whose words can be kept from
 * the ResourceManager for a while.
 */
final class LoneNode extends NodeManager {
  private volatile boolean cutOff;

  /** What it has, the next one on this node needs: its port and where its state is. */
  @Override
  protected void serviceInit(Configuration conf) throws Exception {
    String address = conf.get(YarnConfiguration.NM_ADDRESS);
    if (address.endsWith(":0")) {
      String host = address.substring(0, address.lastIndexOf(':'));
      conf.set(YarnConfiguration.NM_ADDRESS, host + ":" + FreePorts.find(1).get(0));
      conf.set(
          YarnConfiguration.NM_RECOVERY_DIR,
          conf.getTrimmed(YarnConfiguration.NM_LOCAL_DIRS) + "-recovery");
    }
    super.serviceInit(conf);
  }

  /** Stops it for good: what runs in its containers ends with it. */
  void stopAll() {
    getConfig().setBoolean(YarnConfiguration.NM_RECOVERY_SUPERVISED, false);
    stop();
  }

  /** Whether nothing of what it says arrives. */
  void cutOff(boolean now) {
    cutOff = now;
  }

  @Override
  protected NodeStatusUpdater createNodeStatusUpdater(
      Context context, Dispatcher dispatcher, NodeHealthCheckerService health) {
    return new NodeStatusUpdaterImpl(context, dispatcher, health, metrics) {
      @Override
      protected ResourceTracker getRMClient() throws IOException {
        return new Line(super.getRMClient());
      }
    };
  }

  /**
   * Leaves processes alone when it stops, as a NodeManager's end by SIGKILL does; Hadoop's own one
   * ends the shells around them, and with them who would write down their exit codes.
   */
  public static final class Launcher extends ContainersLauncher {
    @Override
    protected void serviceStop() {}
  }

  private final class Line implements ResourceTracker, Closeable {
    private final ResourceTracker manager;

    Line(ResourceTracker manager) {
      this.manager = manager;
    }

    private void check() throws IOException {
      if (cutOff) {
        throw new IOException("the node is cut off");
      }
    }

    @Override
    public RegisterNodeManagerResponse registerNodeManager(RegisterNodeManagerRequest request)
        throws YarnException, IOException {
      check();
      return manager.registerNodeManager(request);
    }

    @Override
    public NodeHeartbeatResponse nodeHeartbeat(NodeHeartbeatRequest request)
        throws YarnException, IOException {
      check();
      return manager.nodeHeartbeat(request);
    }

    @Override
    public UnRegisterNodeManagerResponse unRegisterNodeManager(UnRegisterNodeManagerRequest request)
        throws YarnException, IOException {
      check();
      return manager.unRegisterNodeManager(request);
    }

    @Override
    public void close() {
      RPC.stopProxy(manager);
    }
  }
}
