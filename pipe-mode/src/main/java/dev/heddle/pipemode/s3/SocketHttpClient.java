package dev.heddle.pipemode.s3;

import java.io.IOException;
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
  private final ConnectionPool connections;

  /**
   * @param connections closed with this client
   */
  SocketHttpClient(ConnectionPool connections) {
    this.connections = connections;
  }

  @Override
  public String clientName() {
    return "HeddleSocket";
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Exchange(this, request);
  }

  HttpExecuteResponse exchange(Exchange exchange, Connection.Origin origin) throws IOException {
    return connections.exchange(
        origin, exchange::aborted, connection -> exchange.on(connection, connections::release));
  }

  @Override
  public void close() {
    connections.close();
  }
}
