package dev.heddle.pipemode.s3;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** One HTTP request and its response. */
final class Exchange implements ExecutableHttpRequest {
  private static final int COPY_BYTES = 64 * 1024;

  private final SocketHttpClient client;
  private final HttpExecuteRequest execute;
  private volatile Connection current;
  private volatile boolean aborted;

  Exchange(SocketHttpClient client, HttpExecuteRequest execute) {
    this.client = client;
    this.execute = execute;
  }

  @Override
  public HttpExecuteResponse call() throws IOException {
    SdkHttpRequest request = execute.httpRequest();
    boolean tls = request.protocol().equals("https");
    return client.exchange(this, new Connection.Origin(tls, request.host(), request.port()));
  }

  @Override
  public void abort() {
    aborted = true;
    Connection connection = current;
    if (connection != null) {
      connection.close();
    }
  }

  boolean aborted() {
    return aborted;
  }

  HttpExecuteResponse on(Connection connection, BiConsumer<Connection, Boolean> release)
      throws IOException {
    current = connection;
    if (aborted) {
      throw new IOException("the request was aborted");
    }
    boolean whole = true;
    IOException refused = null;
    try {
      send(connection.out());
    } catch (LocalFileException e) {
      throw e;
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      // A server that refuses a request may answer and close before it has read the body.
      whole = false;
      refused = e;
    }
    try {
      return receive(connection, whole, release);
    } catch (IOException e) {
      if (refused != null) {
        refused.addSuppressed(e);
        throw refused;
      }
      throw e;
    }
  }

  private void send(OutputStream socket) throws IOException {
    SdkHttpRequest request = execute.httpRequest();
    Optional<ContentStreamProvider> content = execute.contentStreamProvider();
    if (content.isEmpty()) {
      sendHead(request, socket);
      return;
    }
    long length =
        Long.parseLong(
            request
                .firstMatchingHeader("Content-Length")
                .orElseThrow(() -> new IOException("the request's body has no length")));
    BufferedOutputStream out = new BufferedOutputStream(socket, COPY_BYTES);
    out.write(head(request, true).getBytes(StandardCharsets.ISO_8859_1));
    copy(content.get(), length, out);
    out.flush();
  }

  /** Sends a request without a body. */
  static void sendHead(SdkHttpRequest request, OutputStream socket) throws IOException {
    socket.write(head(request, false).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String head(SdkHttpRequest request, boolean hasBody) {
    StringBuilder head = new StringBuilder(1024);
    String path = request.encodedPath();
    head.append(request.method()).append(' ').append(path.isEmpty() ? "/" : path);
    request.encodedQueryParameters().ifPresent(query -> head.append('?').append(query));
    head.append(" HTTP/1.1\r\n");
    if (request.firstMatchingHeader("Host").isEmpty()) {
      boolean standard = request.port() == (request.protocol().equals("https") ? 443 : 80);
      line(head, "Host", standard ? request.host() : request.host() + ":" + request.port());
    }
    boolean mayHaveBody =
        request.method() == SdkHttpMethod.PUT || request.method() == SdkHttpMethod.POST;
    if (!hasBody && mayHaveBody && request.firstMatchingHeader("Content-Length").isEmpty()) {
      line(head, "Content-Length", "0");
    }
    request.forEachHeader(
        (name, values) -> {
          // Waiting for the server's leave costs a round trip and isn't done here.
          if (!name.equalsIgnoreCase("Expect")) {
            values.forEach(value -> line(head, name, value));
          }
        });
    return head.append("\r\n").toString();
  }

  private static void line(StringBuilder head, String name, String value) {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("a line break in the HTTP header " + name);
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }

  private static void copy(ContentStreamProvider content, long length, OutputStream out)
      throws IOException {
    try (InputStream in = content.newStream()) {
      byte[] buffer = new byte[(int) Math.min(COPY_BYTES, Math.max(1, length))];
      long left = length;
      while (left > 0) {
        int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (n < 0) {
          throw new LocalFileException("what was to be sent ended " + left + " bytes early", null);
        }
        out.write(buffer, 0, n);
        left -= n;
      }
    }
  }

  /**
   * The head of a response.
   *
   * @param keep whether the connection can be used again after the body
   */
  record Head(SdkHttpResponse response, boolean keep) {}

  static Head receiveHead(Connection connection) throws IOException {
    SdkHttpFullResponse.Builder response = SdkHttpFullResponse.builder();
    boolean http11 = readHead(connection, response);
    while (response.statusCode() / 100 == 1) {
      response = SdkHttpFullResponse.builder();
      http11 = readHead(connection, response);
    }
    boolean keep =
        http11
            && !response
                .firstMatchingHeader("Connection")
                .map(value -> value.toLowerCase(Locale.ROOT).contains("close"))
                .orElse(false);
    return new Head(response.build(), keep);
  }

  private HttpExecuteResponse receive(
      Connection connection, boolean whole, BiConsumer<Connection, Boolean> release)
      throws IOException {
    Head received = receiveHead(connection);
    boolean keep = whole && received.keep();
    SdkHttpResponse head = received.response();
    HttpExecuteResponse.Builder result = HttpExecuteResponse.builder().response(head);
    int status = head.statusCode();
    if (execute.httpRequest().method() == SdkHttpMethod.HEAD || status == 204 || status == 304) {
      release.accept(connection, keep);
      return result.build();
    }
    Body body = body(connection, head, (used, ended) -> release.accept(used, ended && keep));
    return result.responseBody(AbortableInputStream.create(body, body::abort)).build();
  }

  /** The body that follows a head; {@code release} is told when it ends. */
  static Body body(
      Connection connection, SdkHttpResponse head, BiConsumer<Connection, Boolean> release)
      throws IOException {
    boolean chunked =
        head.firstMatchingHeader("Transfer-Encoding")
            .map(value -> value.toLowerCase(Locale.ROOT).contains("chunked"))
            .orElse(false);
    if (chunked) {
      return Body.chunked(connection, release);
    }
    Optional<String> length = head.firstMatchingHeader("Content-Length");
    if (length.isEmpty()) {
      return Body.untilClosed(connection, release);
    }
    try {
      long bytes = Long.parseLong(length.get().trim());
      if (bytes >= 0) {
        return Body.ofLength(connection, bytes, release);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IOException(connection.origin() + " sent the Content-Length " + length.get());
  }

  /** Reads a status line and headers; says whether it was HTTP/1.1. */
  private static boolean readHead(Connection connection, SdkHttpFullResponse.Builder response)
      throws IOException {
    connection.beginHead();
    String status = connection.readLine();
    String[] words = status.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5][0-9]{2}")) {
      throw new IOException(connection.origin() + " doesn't speak HTTP/1.1");
    }
    response.statusCode(Integer.parseInt(words[1]));
    response.statusText(words.length > 2 ? words[2] : "");
    for (String line = connection.readLine(); !line.isEmpty(); line = connection.readLine()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        response.appendHeader(line.substring(0, colon).trim(), line.substring(colon + 1).trim());
      }
    }
    return words[0].equals("HTTP/1.1");
  }
}
