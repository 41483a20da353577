package dev.heddle.am.yarn;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.protocolrecords.SignalContainerRequest;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.SignalContainerCommand;
import org.apache.hadoop.yarn.client.api.NMClient;
import org.apache.hadoop.yarn.client.api.NMTokenCache;
import org.apache.hadoop.yarn.client.api.impl.ContainerManagementProtocolProxy;
import org.apache.hadoop.yarn.client.api.impl.ContainerManagementProtocolProxy.ContainerManagementProtocolProxyData;
import org.apache.hadoop.yarn.exceptions.YarnException;

/** The NodeManagers' side of YARN. Every call waits for its NodeManager. */
final class NodeManagers {
  private static final String TOO_SOON = "Cannot perform RE_INIT";
  private static final Duration START_PATIENCE = Duration.ofSeconds(10);
  private static final Duration START_PAUSE = Duration.ofMillis(50);

  private final NMClient client = NMClient.createNMClient();
  private final CountDownLatch ready = new CountDownLatch(1);
  private volatile ContainerManagementProtocolProxy proxies;

  /** Takes a moment; calls wait for it. */
  void open(Configuration hadoop) {
    client.init(hadoop);
    client.start();
    proxies = new ContainerManagementProtocolProxy(hadoop, NMTokenCache.getSingleton());
    ready.countDown();
  }

  void start(Container container, ContainerLaunchContext context)
      throws IOException, YarnException, InterruptedException {
    ready.await();
    client.startContainer(container, context);
  }

  /** Ends what runs in the container and has it run something else, in the same allocation. */
  void reinitialize(Container container, ContainerLaunchContext context)
      throws IOException, YarnException, InterruptedException {
    ready.await();
    long deadline = System.nanoTime() + START_PATIENCE.toNanos();
    while (true) {
      try {
        // Without autoCommit a failing algorithm is silently rolled back, and nobody hears of it.
        client.reInitializeContainer(container.getId(), context, true);
        return;
      } catch (YarnException e) {
        // What was just started is not yet taken for running.
        if (!String.valueOf(e.getMessage()).contains(TOO_SOON) || System.nanoTime() > deadline) {
          throw e;
        }
        Thread.sleep(START_PAUSE.toMillis());
      }
    }
  }

  /**
   * The container's own address, once its NodeManager knows it. The node's, which the container's
   * holder had, is not.
   */
  Optional<String> address(Container container)
      throws IOException, YarnException, InterruptedException {
    ready.await();
    List<String> all = client.getContainerStatus(container.getId(), container.getNodeId()).getIPs();
    if (all == null) {
      return Optional.empty();
    }
    Set<String> nodes = new HashSet<>();
    for (InetAddress address : InetAddress.getAllByName(container.getNodeId().getHost())) {
      nodes.add(address.getHostAddress());
    }
    return all.stream()
        .map(String::strip)
        .filter(ip -> !ip.isEmpty() && !nodes.contains(ip))
        .findFirst();
  }

  /** TERM to the container's first process; nothing follows it, unlike a stop. */
  void terminate(Container container) throws IOException, YarnException, InterruptedException {
    ready.await();
    ContainerManagementProtocolProxyData proxy =
        proxies.getProxy(container.getNodeId().toString(), container.getId());
    try {
      proxy
          .getContainerManagementProtocol()
          .signalToContainer(
              SignalContainerRequest.newInstance(
                  container.getId(), SignalContainerCommand.GRACEFUL_SHUTDOWN));
    } finally {
      proxies.mayBeCloseProxy(proxy);
    }
  }

  /** TERM, then KILL after the NodeManager's own short delay. */
  void stop(Container container) throws IOException, YarnException, InterruptedException {
    ready.await();
    client.stopContainer(container.getId(), container.getNodeId());
  }
}
