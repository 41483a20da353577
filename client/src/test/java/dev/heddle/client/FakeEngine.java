package dev.heddle.client;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URLDecoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Docker engine that knows images by what a test says of their configuration. */
final class FakeEngine implements Closeable {
  private static final Pattern REQUEST = Pattern.compile("GET (?:/v[\\d.]+)?(/\\S+) HTTP/1\\.1");
  private static final Pattern IMAGE = Pattern.compile("/images/(.+)/json");

  /** {@code Config} of each image, as JSON. */
  final Map<String, String> images = new ConcurrentHashMap<>();

  /** Requests get no answer. */
  volatile boolean silent;

  final AtomicInteger asked = new AtomicInteger();

  private final ServerSocketChannel server;
  private final String host;

  private FakeEngine(ServerSocketChannel server, String host) {
    this.server = server;
    this.host = host;
    Thread accepting = new Thread(this::accept, "fake-engine");
    accepting.setDaemon(true);
    accepting.start();
  }

  static FakeEngine onSocket(Path socket) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    return new FakeEngine(server, "unix://" + socket);
  }

  static FakeEngine onPort() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    return new FakeEngine(server, "tcp://127.0.0.1:" + port);
  }

  /** For DOCKER_HOST. */
  String host() {
    return host;
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel connection = server.accept();
        Thread answering = new Thread(() -> answer(connection), "fake-engine-answer");
        answering.setDaemon(true);
        answering.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  /** One request, all of whose text is in its head. */
  private void answer(SocketChannel connection) {
    try (connection) {
      StringBuilder head = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocate(4096);
      while (head.indexOf("\r\n\r\n") < 0) {
        if (connection.read(buffer.clear()) < 0) {
          return;
        }
        head.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
      }
      asked.incrementAndGet();
      if (silent) {
        connection.read(buffer.clear()); // until the client gives up
        return;
      }
      ByteBuffer answer = StandardCharsets.UTF_8.encode(answer(head.toString()));
      while (answer.hasRemaining()) {
        connection.write(answer);
      }
    } catch (IOException e) {
      return; // the client has gone
    }
  }

  private String answer(String head) {
    Matcher request = REQUEST.matcher(head);
    if (!request.lookingAt()) {
      return http("400 Bad Request", "{\"message\": \"not a request\"}");
    }
    String path = URLDecoder.decode(request.group(1), StandardCharsets.UTF_8);
    if (path.equals("/_ping")) {
      return http("200 OK", "OK");
    }
    Matcher image = IMAGE.matcher(path);
    if (!image.matches()) {
      return http("404 Not Found", "{\"message\": \"page not found\"}");
    }
    String config = images.get(image.group(1));
    return config == null
        ? http("404 Not Found", "{\"message\": \"No such image: " + image.group(1) + "\"}")
        : http("200 OK", "{\"Id\": \"sha256:ab\", \"Config\": " + config + "}");
  }

  private static String http(String status, String body) {
    return "HTTP/1.1 "
        + status
        + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
        + body.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + body;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
