package dev.heddle.containerlauncher.protocol;

import dev.heddle.containerlauncher.protocol.proto.HeddleProtos;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.thirdparty.protobuf.ByteString;

/**
 * All hosts with their addresses, in order. Every one of them is told all of them: the list is
 * packed for the network once.
 */
public final class HostList extends AbstractList<Order.HostAddress> {
  public static final HostList NONE = new HostList(List.of());

  private static final int MARK_BYTES = 8;

  private final List<Order.HostAddress> hosts;
  // Made when they are first needed: whoever comes at the same time makes the same.
  private volatile ByteString packed;
  private volatile String mark;

  private HostList(List<Order.HostAddress> hosts) {
    this.hosts = hosts;
  }

  /** The same when it is a host list already. */
  public static HostList of(Collection<Order.HostAddress> hosts) {
    return hosts instanceof HostList list ? list : new HostList(List.copyOf(hosts));
  }

  /** Equal for equal lists, and, but for a chance in 2^64, for no others; empty for none. */
  public String mark() {
    String known = mark;
    if (known == null) {
      known = isEmpty() ? "" : digest(packed());
      mark = known;
    }
    return known;
  }

  private static String digest(ByteString bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
      return HexFormat.of().formatHex(Arrays.copyOf(digest, MARK_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  ByteString packed() {
    ByteString known = packed;
    if (known == null) {
      HeddleProtos.HostListMessage.Builder message = HeddleProtos.HostListMessage.newBuilder();
      for (Order.HostAddress host : hosts) {
        message.addHosts(
            HeddleProtos.Address.newBuilder().setHost(host.host()).setAddress(host.address()));
      }
      known = message.build().toByteString();
      packed = known;
    }
    return known;
  }

  /**
   * @throws IOException when it isn't what {@link #packed} has made
   */
  static HostList unpacked(ByteString packed) throws IOException {
    return of(
        HeddleProtos.HostListMessage.parseFrom(packed).getHostsList().stream()
            .map(host -> new Order.HostAddress(host.getHost(), host.getAddress()))
            .toList());
  }

  @Override
  public Order.HostAddress get(int index) {
    return hosts.get(index);
  }

  @Override
  public int size() {
    return hosts.size();
  }
}
