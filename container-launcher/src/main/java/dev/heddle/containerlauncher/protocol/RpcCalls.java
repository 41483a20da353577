package dev.heddle.containerlauncher.protocol;

import java.io.IOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.InetSocketAddress;
import javax.net.SocketFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;

/** Opens proxies and turns what a call throws into the plain {@link IOException} it was. */
final class RpcCalls {
  private RpcCalls() {}

  /** One remote call. */
  interface Call<T> {
    T run() throws ServiceException;
  }

  static <P> P open(
      Class<P> protocol,
      InetSocketAddress address,
      UserGroupInformation user,
      Configuration hadoop,
      int timeoutMs)
      throws IOException {
    Configuration conf = RpcSettings.forCaller(hadoop, protocol);
    SocketFactory sockets = NetUtils.getDefaultSocketFactory(conf);
    return RPC.getProxy(
        protocol, RPC.getProtocolVersion(protocol), address, user, conf, sockets, timeoutMs);
  }

  static <T> T call(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (ServiceException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RemoteException remote) {
        throw remote.unwrapRemoteException();
      }
      if (cause instanceof IOException io) {
        throw io;
      }
      throw new IOException(e.getMessage(), e);
    } catch (UndeclaredThrowableException e) {
      throw new IOException(e.getCause().getMessage(), e);
    }
  }
}
