package dev.heddle.containerlauncher.protocol;

import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.DescribeRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.ReadLogRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.ReadLogResponse;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.StopRequest;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.security.UserGroupInformation;

/** A client's end of {@link JobProtocol}. */
public final class JobRpc implements JobProtocol, Closeable {
  private static final int TIMEOUT_MS = 10_000;

  private final JobProtocolPB proxy;

  private JobRpc(JobProtocolPB proxy) {
    this.proxy = proxy;
  }

  /**
   * Opens the connection as the job's owner.
   *
   * @param secret the job's secret from its staging directory
   * @throws IOException when the proxy can't be made; the connection itself is made by the calls
   */
  public static JobRpc connect(
      Configuration hadoop, InetSocketAddress master, String applicationId, byte[] secret)
      throws IOException {
    UserGroupInformation owner = UserGroupInformation.createRemoteUser(JobTokenIdentifier.CLIENT);
    owner.addToken(new JobTokenSecrets(applicationId, secret).tokenFor(JobTokenIdentifier.CLIENT));
    return new JobRpc(RpcCalls.open(JobProtocolPB.class, master, owner, hadoop, TIMEOUT_MS));
  }

  @Override
  public String describe() throws IOException {
    return RpcCalls.call(() -> proxy.describe(null, DescribeRequest.getDefaultInstance()))
        .getRecordJson();
  }

  @Override
  public void stop() throws IOException {
    RpcCalls.call(() -> proxy.stop(null, StopRequest.getDefaultInstance()));
  }

  @Override
  public LogPage readLog(String host, String stream, long offset, int maxBytes) throws IOException {
    ReadLogRequest request =
        ReadLogRequest.newBuilder()
            .setHost(host)
            .setStream(stream)
            .setOffset(offset)
            .setMaxBytes(maxBytes)
            .build();
    ReadLogResponse page = RpcCalls.call(() -> proxy.readLog(null, request));
    return new LogPage(
        page.getOffset(), page.getBytes().toByteArray(), page.getLength(), page.getEnded());
  }

  @Override
  public void close() {
    RPC.stopProxy(proxy);
  }
}
