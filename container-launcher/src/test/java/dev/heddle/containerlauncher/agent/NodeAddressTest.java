package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class NodeAddressTest {
  @Test
  void aOneMachineClusterStaysOnTheLoopback() throws Exception {
    InetSocketAddress am = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    assertEquals(new NodeAddress("127.0.0.1", "lo"), NodeAddress.find("localhost", am));
    assertEquals(new NodeAddress("127.0.0.7", "lo"), NodeAddress.find("127.0.0.7", am));
  }

  @Test
  void aNodeIsFoundByItsOwnAddressAndTheInterfaceThatCarriesIt() throws Exception {
    InetAddress own = ownAddress();
    NodeAddress found =
        NodeAddress.find(own.getHostAddress(), new InetSocketAddress(own.getHostAddress(), 1));
    assertEquals(own.getHostAddress(), found.address());
    assertEquals(NetworkInterface.getByInetAddress(own).getName(), found.networkInterface());
  }

  @Test
  void aNameThatMeansTheLoopbackYieldsToTheWayToTheMaster() throws Exception {
    // 192.0.2.0/24 is for documentation: nobody is asked, only a route is chosen.
    InetSocketAddress elsewhere = new InetSocketAddress("192.0.2.1", 9);
    ownAddress();
    NodeAddress found = NodeAddress.find("localhost", elsewhere);
    InetAddress address = InetAddress.getByName(found.address());
    assertFalse(address.isLoopbackAddress(), found.address());
    assertEquals(NetworkInterface.getByInetAddress(address).getName(), found.networkInterface());
  }

  /** The address that this machine reaches others from; a machine without one skips the test. */
  private static InetAddress ownAddress() throws Exception {
    InetAddress own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress())
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(own != null, "this machine has only its loopback");
    return own;
  }
}
