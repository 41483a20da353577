package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.protocol.MasterAddress;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The way to whichever ApplicationMaster is in charge. Each one writes into the job's staging
 * directory where it answers, before it takes the job up.
 */
final class MasterLink implements AgentProtocol {
  private static final Logger LOG = LogManager.getLogger(MasterLink.class);

  /** Opens the way to one ApplicationMaster. */
  @FunctionalInterface
  interface Connector {
    AgentProtocol connect(InetSocketAddress master) throws IOException;
  }

  private record Way(InetSocketAddress master, int attempt, AgentProtocol protocol) {}

  private final Connector connector;
  private final Optional<MasterLookup> lookup;
  private volatile Way way;

  /**
   * @param first the one that launched this agent
   * @param lookup empty where nothing tells of another
   */
  MasterLink(Connector connector, InetSocketAddress first, Optional<MasterLookup> lookup)
      throws IOException {
    this.connector = connector;
    this.lookup = lookup;
    this.way = new Way(first, 0, connector.connect(first));
  }

  /**
   * Goes over to another ApplicationMaster if there is one. To be called by one thread, which may
   * have to wait for the staging directory's file system.
   *
   * @param failure of the last call
   * @return whether it is certain that none is in charge: the one that was is gone, not only out of
   *     reach, and no other has taken its place
   */
  boolean failed(IOException failure) {
    if (lookup.isEmpty()) {
      return false;
    }
    Way last = way;
    MasterAddress found;
    try {
      found = lookup.get().find();
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("heartbeat: who is in charge can't be read: {}", e.toString());
      return false;
    }
    boolean same =
        found.attempt() == last.attempt()
            || (last.attempt() == 0 && found.socket().equals(last.master()));
    if (same) {
      // Its node answers that nobody listens there.
      return failure instanceof ConnectException;
    }
    if (found.attempt() > last.attempt()) {
      LOG.info("heartbeat: another ApplicationMaster, {}, is in charge", found.line().strip());
      try {
        way = new Way(found.socket(), found.attempt(), connector.connect(found.socket()));
        if (last.protocol() instanceof Closeable closeable) {
          closeable.close();
        }
      } catch (IOException e) {
        LOG.warn("heartbeat: no way to {}: {}", found.line().strip(), e.toString());
      }
    }
    return false;
  }

  @Override
  public Assignment register(
      String containerId, String host, String nodeAddress, String networkInterface)
      throws IOException {
    return way.protocol().register(containerId, host, nodeAddress, networkInterface);
  }

  @Override
  public AgentReply heartbeat(AgentReport report) throws IOException {
    return way.protocol().heartbeat(report);
  }

  @Override
  public void startContainer(String containerId, int attempt, ContainerSpec spec)
      throws IOException {
    way.protocol().startContainer(containerId, attempt, spec);
  }

  @Override
  public void signalContainer(String containerId, int attempt, ContainerSignal signal)
      throws IOException {
    way.protocol().signalContainer(containerId, attempt, signal);
  }

  @Override
  public void holdContainer(String containerId, int attempt, String mark) throws IOException {
    way.protocol().holdContainer(containerId, attempt, mark);
  }

  @Override
  public Optional<CheckpointPage> checkpoints(String containerId, int attempt, int from)
      throws IOException {
    return way.protocol().checkpoints(containerId, attempt, from);
  }
}
