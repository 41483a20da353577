package dev.heddle.tests.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that must be told where to listen. They are none of those that Linux gives to
 * whoever wants any: one of these may be taken by the time the server starts, or starts again.
 */
final class FreePorts {
  private static final int FIRST = 15_000;
  private static final int LAST = 32_000;

  private FreePorts() {}

  /** So many that nobody listens at now. */
  static List<Integer> find(int count) throws IOException {
    Set<Integer> ports = new LinkedHashSet<>();
    while (ports.size() < count) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (isFree(port)) {
        ports.add(port);
      }
    }
    return List.copyOf(ports);
  }

  private static boolean isFree(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (BindException e) {
      return false;
    }
  }
}
