package dev.heddle.am.rpc;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentProtocolPB;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AgentWire;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerWire;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.CheckpointsRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.CheckpointsResponse;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.HeartbeatRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.HeartbeatResponse;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.HoldContainerRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.HoldContainerResponse;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.RegisterRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.RegisterResponse;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.SignalContainerRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.SignalContainerResponse;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.StartContainerRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.StartContainerResponse;
import java.io.IOException;
import java.time.Duration;
import org.apache.hadoop.ipc.Server;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.thirdparty.protobuf.RpcController;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;

/** The agents' side of the server: an agent speaks for its own container and for no other. */
final class AgentService implements AgentProtocolPB {
  /** How many fast heartbeats go into the pause of an agent that only listens. */
  private static final int ATTENTIVE = 4;

  private final Desk desk;
  private final LogRelay relay;
  private final Duration fast;
  private final Duration slow;

  AgentService(Desk desk, LogRelay relay, int hosts, Duration heartbeat) {
    this.desk = desk;
    this.relay = relay;
    // The master hears at most some two thousand heartbeats a second, however many the hosts.
    this.fast = Duration.ofMillis(Math.max(50, hosts / 2));
    this.slow = heartbeat.compareTo(fast) < 0 ? fast : heartbeat;
  }

  @Override
  public RegisterResponse register(RpcController controller, RegisterRequest request)
      throws ServiceException {
    try {
      check(request.getContainerId());
      return AgentWire.message(
          desk.join(
              request.getContainerId(),
              request.getHost(),
              request.getNodeAddress(),
              request.getNetworkInterface()));
    } catch (IOException e) {
      throw new ServiceException(e);
    }
  }

  @Override
  public HeartbeatResponse heartbeat(RpcController controller, HeartbeatRequest request)
      throws ServiceException {
    try {
      check(request.getContainerId());
      AgentReport report = AgentWire.report(request);
      relay.answer(report.host(), report.logs());
      Order order = desk.report(report);
      return AgentWire.message(
          new AgentReply(
              order,
              relay.requestsFor(report.host()),
              interval(report),
              desk.addresses(),
              desk.algorithm(report.containerId())));
    } catch (IOException e) {
      throw new ServiceException(e);
    }
  }

  @Override
  public StartContainerResponse startContainer(
      RpcController controller, StartContainerRequest request) throws ServiceException {
    try {
      check(request.getContainerId());
      desk.startAlgorithm(
          request.getContainerId(), request.getAttempt(), ContainerWire.spec(request));
      return StartContainerResponse.getDefaultInstance();
    } catch (IOException e) {
      throw new ServiceException(e);
    }
  }

  @Override
  public SignalContainerResponse signalContainer(
      RpcController controller, SignalContainerRequest request) throws ServiceException {
    try {
      check(request.getContainerId());
      desk.signalAlgorithm(
          request.getContainerId(),
          request.getAttempt(),
          request.getKill() ? ContainerSignal.KILL : ContainerSignal.TERM);
      return SignalContainerResponse.getDefaultInstance();
    } catch (IOException e) {
      throw new ServiceException(e);
    }
  }

  @Override
  public HoldContainerResponse holdContainer(RpcController controller, HoldContainerRequest request)
      throws ServiceException {
    try {
      check(request.getContainerId());
      desk.holdAlgorithm(request.getContainerId(), request.getAttempt(), request.getMark());
      return HoldContainerResponse.getDefaultInstance();
    } catch (IOException e) {
      throw new ServiceException(e);
    }
  }

  @Override
  public CheckpointsResponse checkpoints(RpcController controller, CheckpointsRequest request)
      throws ServiceException {
    try {
      check(request.getContainerId());
      return AgentWire.message(
          desk.checkpoints(request.getContainerId(), request.getAttempt(), request.getFrom()));
    } catch (IOException e) {
      throw new ServiceException(e);
    }
  }

  /** Soon where the agent waits for a word, or somebody waits for its log. */
  private Duration interval(AgentReport report) {
    boolean waits =
        report.phase() == AgentPhase.READY
            || report.phase() == AgentPhase.EXITED
            || report.phase() == AgentPhase.UPLOADED;
    if (waits || relay.interest(report.host())) {
      return fast;
    }
    // It hears from here alone how its algorithm's container ends.
    boolean listens = desk.algorithm(report.containerId()).isPresent();
    Duration attentive = fast.multipliedBy(ATTENTIVE);
    return listens && attentive.compareTo(slow) < 0 ? attentive : slow;
  }

  private static void check(String container) throws IOException {
    UserGroupInformation caller = Server.getRemoteUser();
    if (caller == null || !caller.getUserName().equals(container)) {
      throw new AccessControlException("the caller's token is not that of " + container);
    }
  }
}
