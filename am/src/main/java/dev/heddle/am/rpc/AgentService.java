package dev.heddle.am.rpc;

import dev.heddle.containerlauncher.protocol.AgentProtocolPB;
import dev.heddle.containerlauncher.protocol.AgentWire;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerWire;
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
import org.apache.hadoop.ipc.Server;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.thirdparty.protobuf.RpcController;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;

/** The agents' side of the server: an agent speaks for its own container and for no other. */
final class AgentService implements AgentProtocolPB {
  private final Desk desk;
  private final AgentReplies replies;

  AgentService(Desk desk, AgentReplies replies) {
    this.desk = desk;
    this.replies = replies;
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
      return AgentWire.message(replies.to(AgentWire.report(request)));
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

  private static void check(String container) throws IOException {
    UserGroupInformation caller = Server.getRemoteUser();
    if (caller == null || !caller.getUserName().equals(container)) {
      throw new AccessControlException("the caller's token is not that of " + container);
    }
  }
}
