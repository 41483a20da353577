package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.Order.HostAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The addresses by which a job's hosts reach each other. */
final class Addresses {
  private static final String LOOPBACK = "lo";

  private Addresses() {}

  /**
   * Each host's node's address; on one machine, where all nodes have the same address, each host
   * gets a loopback address of its own, which depends on its container so that jobs differ.
   */
  static List<HostAddress> of(Collection<Host> hosts) {
    boolean oneMachine = hosts.stream().map(Host::address).distinct().count() == 1;
    List<HostAddress> addresses = new ArrayList<>();
    int number = 0;
    for (Host host : hosts) {
      number++;
      boolean loopback = oneMachine && (hosts.size() > 1 || host.address().startsWith("127."));
      addresses.add(
          new HostAddress(host.name, loopback ? loopbackAddress(host, number) : host.address()));
    }
    return addresses;
  }

  /** The interface that carries the host's address. */
  static String interfaceOf(Host host, HostAddress address) {
    return address.address().startsWith("127.") ? LOOPBACK : host.networkInterface();
  }

  private static String loopbackAddress(Host host, int number) {
    int job = Math.floorMod(applicationPart(host.allocation.id()).hashCode(), 250) + 1;
    return "127." + (number / 250) + "." + job + "." + (number % 250 + 1);
  }

  /** {@code container_[eEPOCH_]CLUSTER_APPLICATION_ATTEMPT_NUMBER} without its last two fields. */
  private static String applicationPart(String container) {
    int end = container.lastIndexOf('_');
    end = end < 0 ? -1 : container.lastIndexOf('_', end - 1);
    return end < 0 ? container : container.substring(0, end);
  }
}
