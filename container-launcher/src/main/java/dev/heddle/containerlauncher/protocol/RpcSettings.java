package dev.heddle.containerlauncher.protocol;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.ipc.ProtobufRpcEngine2;
import org.apache.hadoop.ipc.RPC;

/** How both ends of a job's RPC are set, whatever the cluster's own RPC is set to. */
public final class RpcSettings {
  private RpcSettings() {}

  /** A copy for the calling end: it gives up soon, because its caller decides about retries. */
  public static Configuration forCaller(Configuration hadoop, Class<?> protocol) {
    Configuration conf = common(hadoop, protocol);
    conf.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_MAX_RETRIES_KEY, 0);
    conf.setInt(
        CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_MAX_RETRIES_ON_SOCKET_TIMEOUTS_KEY, 0);
    conf.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_TIMEOUT_KEY, 5_000);
    conf.setBoolean("ipc.client.fallback-to-simple-auth-allowed", false);
    return conf;
  }

  /** A copy for the answering end: nobody gets in without a token of this job. */
  public static Configuration forServer(Configuration hadoop, Class<?> protocol) {
    Configuration conf = common(hadoop, protocol);
    conf.set(CommonConfigurationKeysPublic.HADOOP_SECURITY_AUTHENTICATION, "token");
    conf.setBoolean(CommonConfigurationKeysPublic.HADOOP_SECURITY_AUTHORIZATION, false);
    return conf;
  }

  private static Configuration common(Configuration hadoop, Class<?> protocol) {
    Configuration conf = new Configuration(hadoop);
    // The S3 credentials cross this wire: encrypted, always.
    conf.set(CommonConfigurationKeysPublic.HADOOP_RPC_PROTECTION, "privacy");
    RPC.setProtocolEngine(conf, protocol, ProtobufRpcEngine2.class);
    return conf;
  }
}
