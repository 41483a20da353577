package dev.heddle.containerlauncher.protocol;

import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.CheckpointsRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.HoldContainerRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.RegisterRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.SignalContainerRequest;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.security.UserGroupInformation;

/** An agent's end of {@link AgentProtocol}. */
public final class AgentRpc implements AgentProtocol, Closeable {
  private static final int TIMEOUT_MS = 10_000;

  private final AgentProtocolPB proxy;

  private AgentRpc(AgentProtocolPB proxy) {
    this.proxy = proxy;
  }

  /**
   * Opens the connection as the current user, whose credentials must hold the job's token.
   *
   * @throws IOException when the proxy can't be made; the connection itself is made by the calls
   */
  public static AgentRpc connect(Configuration hadoop, InetSocketAddress master)
      throws IOException {
    return new AgentRpc(
        RpcCalls.open(
            AgentProtocolPB.class,
            master,
            UserGroupInformation.getCurrentUser(),
            hadoop,
            TIMEOUT_MS));
  }

  @Override
  public Assignment register(
      String containerId, String host, String nodeAddress, String networkInterface)
      throws IOException {
    RegisterRequest request =
        RegisterRequest.newBuilder()
            .setContainerId(containerId)
            .setHost(host)
            .setNodeAddress(nodeAddress)
            .setNetworkInterface(networkInterface)
            .build();
    return AgentWire.assignment(RpcCalls.call(() -> proxy.register(null, request)));
  }

  @Override
  public AgentReply heartbeat(AgentReport report) throws IOException {
    return AgentWire.reply(RpcCalls.call(() -> proxy.heartbeat(null, AgentWire.message(report))));
  }

  @Override
  public void startContainer(String containerId, int attempt, ContainerSpec spec)
      throws IOException {
    RpcCalls.call(
        () -> proxy.startContainer(null, ContainerWire.message(containerId, attempt, spec)));
  }

  @Override
  public void signalContainer(String containerId, int attempt, ContainerSignal signal)
      throws IOException {
    SignalContainerRequest request =
        SignalContainerRequest.newBuilder()
            .setContainerId(containerId)
            .setAttempt(attempt)
            .setKill(signal == ContainerSignal.KILL)
            .build();
    RpcCalls.call(() -> proxy.signalContainer(null, request));
  }

  @Override
  public void holdContainer(String containerId, int attempt, String mark) throws IOException {
    HoldContainerRequest request =
        HoldContainerRequest.newBuilder()
            .setContainerId(containerId)
            .setAttempt(attempt)
            .setMark(mark)
            .build();
    RpcCalls.call(() -> proxy.holdContainer(null, request));
  }

  @Override
  public Optional<CheckpointPage> checkpoints(String containerId, int attempt, int from)
      throws IOException {
    CheckpointsRequest request =
        CheckpointsRequest.newBuilder()
            .setContainerId(containerId)
            .setAttempt(attempt)
            .setFrom(from)
            .build();
    return AgentWire.page(RpcCalls.call(() -> proxy.checkpoints(null, request)));
  }

  @Override
  public void close() {
    RPC.stopProxy(proxy);
  }
}
