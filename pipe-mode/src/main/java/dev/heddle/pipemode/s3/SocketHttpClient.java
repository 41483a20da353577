package dev.heddle.pipemode.s3;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * The SDK's HTTP port on plain sockets: HTTP/1.1 with connections that are used again. The SDK's
 * own clients on HttpURLConnection can't be interrupted in the middle of a body and keep no more
 * than five connections; the others start slowly.
 */
final class SocketHttpClient implements SdkHttpClient {
  /** S3 closes a connection that was idle for some seconds more. */
  private static final long LONGEST_IDLE_NANOS = Duration.ofSeconds(4).toNanos();

  private static final int MOST_IDLE = 64;

  private final Duration connectTimeout;
  private final Duration readTimeout;
  private final Supplier<SSLSocketFactory> tls;
  private final Map<Connection.Origin, ArrayDeque<Connection>> idle = new HashMap<>();
  private boolean closed;

  /**
   * @param tls asked when the first connection over TLS is made; loading the trusted certificates
   *     takes time
   */
  SocketHttpClient(Duration connectTimeout, Duration readTimeout, Supplier<SSLSocketFactory> tls) {
    this.connectTimeout = connectTimeout;
    this.readTimeout = readTimeout;
    this.tls = tls;
  }

  @Override
  public String clientName() {
    return "HeddleSocket";
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Exchange(this, request);
  }

  /**
   * One exchange. A connection that lay idle may have been closed by the server meanwhile, which
   * shows only when it is used; then the next one is tried, a new one at last.
   */
  HttpExecuteResponse exchange(Exchange exchange, Connection.Origin origin) throws IOException {
    while (true) {
      Connection reused = takeIdle(origin);
      Connection connection =
          reused == null
              ? Connection.open(
                  origin, origin.tls() ? tls.get() : null, connectTimeout, readTimeout)
              : reused;
      try {
        return exchange.on(connection, this::release);
      } catch (IOException e) {
        connection.close();
        boolean stale =
            reused != null
                && !(e instanceof SocketTimeoutException)
                && !(e instanceof LocalFileException)
                && !exchange.aborted()
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

  private void release(Connection connection, boolean reusable) {
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
