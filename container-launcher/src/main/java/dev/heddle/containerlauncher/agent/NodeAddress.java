package dev.heddle.containerlauncher.agent;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;

/**
 * A node's address as its peers reach it.
 *
 * @param networkInterface the interface that carries it
 */
record NodeAddress(String address, String networkInterface) {
  private static final String LOOPBACK = "lo";

  /**
   * The address that the node's name has; where that is none of this machine's, or only its
   * loopback though the ApplicationMaster is elsewhere (as Debian's /etc/hosts has it), the address
   * from which it reaches the ApplicationMaster.
   *
   * @param nodeName NM_HOST
   */
  static NodeAddress find(String nodeName, InetSocketAddress am) throws IOException {
    InetAddress named = InetAddress.getByName(nodeName);
    if (isOurs(named) && (!named.isLoopbackAddress() || isLocal(am))) {
      return of(named);
    }
    return of(towards(am));
  }

  private static boolean isOurs(InetAddress address) throws IOException {
    return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
  }

  private static boolean isLocal(InetSocketAddress am) throws IOException {
    return am.isUnresolved() || isOurs(am.getAddress());
  }

  /** Connecting a datagram socket sends nothing; it makes the kernel choose a source address. */
  private static InetAddress towards(InetSocketAddress am) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(am);
      return socket.getLocalAddress();
    }
  }

  private static NodeAddress of(InetAddress address) throws IOException {
    if (address.isLoopbackAddress()) {
      return new NodeAddress(address.getHostAddress(), LOOPBACK);
    }
    NetworkInterface carrier = NetworkInterface.getByInetAddress(address);
    String plain = address.getHostAddress();
    int zone = plain.indexOf('%');
    return new NodeAddress(
        zone < 0 ? plain : plain.substring(0, zone),
        carrier == null ? LOOPBACK : carrier.getName());
  }
}
