package dev.heddle.pipemode.s3;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;

/** Connections that are used again; safe for use by many threads. */
final class ConnectionPool implements Closeable {
  /** S3 closes a connection that was idle for some seconds more. */
  private static final long LONGEST_IDLE_NANOS = Duration.ofSeconds(4).toNanos();

  private static final int MOST_IDLE = 64;

  /**
   * Sends a request and receives the head of its response. What it returns owns the connection from
   * then on; after a failure it is closed.
   */
  @FunctionalInterface
  interface Use<T> {
    T on(Connection connection) throws IOException;
  }

  private final Duration connectTimeout;
  private final Duration readTimeout;
  private final Supplier<SSLSocketFactory> tls;
  private final Map<Connection.Origin, ArrayDeque<Connection>> idle = new HashMap<>();
  private boolean closed;

  /**
   * @param readTimeout how long a read may wait for the next byte
   * @param tls asked when the first connection over TLS is made; loading the trusted certificates
   *     takes time
   */
  ConnectionPool(Duration connectTimeout, Duration readTimeout, Supplier<SSLSocketFactory> tls) {
    this.connectTimeout = connectTimeout;
    this.readTimeout = readTimeout;
    this.tls = tls;
  }

  Duration readTimeout() {
    return readTimeout;
  }

  /**
   * Begins an exchange. A connection that lay idle may have been closed by the server meanwhile,
   * which shows only when it is used; then the next one is tried, a new one at last.
   *
   * @param givenUp whether a failure is the caller's own doing
   * @throws IOException when there is no connection, or none that answers
   */
  <T> T exchange(Connection.Origin origin, BooleanSupplier givenUp, Use<T> use) throws IOException {
    while (true) {
      Connection reused = takeIdle(origin);
      Connection connection =
          reused == null
              ? Connection.open(
                  origin, origin.tls() ? tls.get() : null, connectTimeout, readTimeout)
              : reused;
      try {
        return use.on(connection);
      } catch (IOException e) {
        connection.close();
        boolean stale =
            reused != null
                && !(e instanceof SocketTimeoutException)
                && !(e instanceof LocalFileException)
                && !givenUp.getAsBoolean()
                && !Thread.currentThread().isInterrupted();
        if (!stale) {
          throw e;
        }
      } catch (RuntimeException e) {
        connection.close();
        throw e;
      }
    }
  }

  private Connection takeIdle(Connection.Origin origin) {
    long now = System.nanoTime();
    synchronized (idle) {
      ArrayDeque<Connection> waiting = idle.get(origin);
      while (waiting != null && !waiting.isEmpty()) {
        Connection connection = waiting.pollLast();
        if (now - connection.idleSince() < LONGEST_IDLE_NANOS) {
          return connection;
        }
        connection.close();
      }
      return null;
    }
  }

  /** Keeps a connection whose exchange is over for the next one, or closes it. */
  void release(Connection connection, boolean reusable) {
    if (reusable) {
      connection.markIdle(System.nanoTime());
      synchronized (idle) {
        ArrayDeque<Connection> waiting =
            idle.computeIfAbsent(connection.origin(), origin -> new ArrayDeque<>());
        if (!closed && waiting.size() < MOST_IDLE) {
          waiting.addLast(connection);
          return;
        }
      }
    }
    connection.close();
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      for (ArrayDeque<Connection> waiting : idle.values()) {
        waiting.forEach(Connection::close);
      }
      idle.clear();
    }
  }
}
