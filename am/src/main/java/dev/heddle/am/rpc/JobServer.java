package dev.heddle.am.rpc;

import dev.heddle.containerlauncher.protocol.AgentProtocolPB;
import dev.heddle.containerlauncher.protocol.JobProtocolPB;
import dev.heddle.containerlauncher.protocol.JobTokenSecrets;
import dev.heddle.containerlauncher.protocol.RpcSettings;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.AgentProtocolService;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.JobProtocolService;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ipc.ProtobufRpcEngine2;
import org.apache.hadoop.ipc.RPC;

/**
 * The ApplicationMaster's RPC server, for agents and clients. It answers holders of tokens only.
 */
public final class JobServer implements Closeable {
  private static final int HANDLERS = 16;

  private final RPC.Server server;

  /**
   * Starts on a free port.
   *
   * @param bind the address to answer at; {@code 0.0.0.0} for all of the machine's
   * @param hosts of the job, which agents' heartbeats slow down with
   * @param heartbeat of an agent while nothing is pending
   * @throws IOException when no port can be had
   */
  public JobServer(
      Configuration hadoop,
      String bind,
      JobTokenSecrets secrets,
      Desk desk,
      int hosts,
      Duration heartbeat)
      throws IOException {
    Configuration conf = RpcSettings.forServer(hadoop, AgentProtocolPB.class);
    RPC.setProtocolEngine(conf, JobProtocolPB.class, ProtobufRpcEngine2.class);
    LogRelay relay = new LogRelay(System::nanoTime);
    AgentService agents = new AgentService(desk, new AgentReplies(desk, relay, hosts, heartbeat));
    JobService clients = new JobService(desk, relay);
    server =
        new RPC.Builder(conf)
            .setProtocol(AgentProtocolPB.class)
            .setInstance(AgentProtocolService.newReflectiveBlockingService(agents))
            .setBindAddress(bind)
            .setPort(0)
            .setNumHandlers(HANDLERS)
            .setSecretManager(secrets)
            .build();
    server.addProtocol(
        RPC.RpcKind.RPC_PROTOCOL_BUFFER,
        JobProtocolPB.class,
        JobProtocolService.newReflectiveBlockingService(clients));
    server.start();
  }

  public int port() {
    return server.getListenerAddress().getPort();
  }

  @Override
  public void close() {
    server.stop();
  }
}
