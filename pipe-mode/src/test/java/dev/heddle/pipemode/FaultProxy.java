package dev.heddle.pipemode;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bad network before an S3 server: of the requests that come, one in 20 finds its connection
 * dropped without an answer, one in 20 is answered 503 SlowDown, and one body in 50 ends in its
 * middle. Which ones, a seed decides by the order in which requests come. What is neither goes
 * through byte for byte, the Host header too, so that signatures stay valid. Request bodies need a
 * Content-Length, and are not waited for with {@code Expect}.
 */
public final class FaultProxy implements Closeable {
  private static final int BUFFER = 64 << 10;
  private static final String SLOW_DOWN =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          + "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message>"
          + "<RequestId>FAULT</RequestId><HostId>fault-proxy</HostId></Error>";

  private enum Fault {
    NONE,
    DROP,
    REFUSE
  }

  private final ServerSocket door;
  private final InetSocketAddress server;
  private final Random random;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger dropped = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger truncated = new AtomicInteger();
  // Drawn, and waiting for an answer that has a body to cut.
  private final AtomicInteger cutsLeft = new AtomicInteger();

  private FaultProxy(ServerSocket door, InetSocketAddress server, long seed) {
    this.door = door;
    this.server = server;
    this.random = new Random(seed);
  }

  /**
   * @param server such as {@code http://127.0.0.1:9000}
   */
  public static FaultProxy start(URI server, long seed) throws IOException {
    ServerSocket door = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    FaultProxy proxy =
        new FaultProxy(door, new InetSocketAddress(server.getHost(), server.getPort()), seed);
    Thread acceptor = new Thread(proxy::accept, "fault-proxy");
    acceptor.setDaemon(true);
    acceptor.start();
    return proxy;
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + door.getLocalPort());
  }

  /** How many requests have come. */
  public int requests() {
    return requests.get();
  }

  /** How many of them had their connection closed without an answer. */
  public int dropped() {
    return dropped.get();
  }

  /** How many were answered with 503. */
  public int refused() {
    return refused.get();
  }

  /** How many answers ended in the middle of their body. */
  public int truncated() {
    return truncated.get();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = door.accept();
        Thread thread = new Thread(() -> serve(client), "fault-proxy-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        return; // Closed.
      }
    }
  }

  private void serve(Socket client) {
    open.add(client);
    try (client;
        Socket upstream = new Socket()) {
      open.add(upstream);
      try {
        // A close that comes between the accept and the add has not seen this one.
        if (!door.isClosed()) {
          upstream.connect(server);
          client.setTcpNoDelay(true);
          upstream.setTcpNoDelay(true);
          relay(client, upstream);
        }
      } finally {
        open.remove(upstream);
      }
    } catch (IOException e) {
      // One of the sides went away; the other one learns it by the closing.
    } finally {
      open.remove(client);
    }
  }

  private void relay(Socket client, Socket upstream) throws IOException {
    InputStream fromClient = new BufferedInputStream(client.getInputStream(), BUFFER);
    InputStream fromServer = new BufferedInputStream(upstream.getInputStream(), BUFFER);
    byte[] buffer = new byte[BUFFER];
    while (true) {
      Optional<HttpHead> request = HttpHead.read(fromClient);
      if (request.isEmpty()) {
        return;
      }
      Fault fault = draw();
      if (fault == Fault.DROP) {
        dropped.incrementAndGet();
        client.setSoLinger(true, 0);
        return;
      }
      long length = request.get().contentLength();
      if (fault == Fault.REFUSE) {
        refused.incrementAndGet();
        copy(fromClient, OutputStream.nullOutputStream(), length, buffer);
        client.getOutputStream().write(slowDown(request.get().method()));
        continue;
      }
      upstream.getOutputStream().write(request.get().bytes());
      copy(fromClient, upstream.getOutputStream(), length, buffer);
      HttpHead answer =
          HttpHead.read(fromServer).orElseThrow(() -> new EOFException("the server closed"));
      if (!answer(request.get(), answer, fromServer, client.getOutputStream(), buffer)
          || request.get().closes()
          || answer.closes()) {
        return;
      }
    }
  }

  /**
   * @return false after a body that was cut
   */
  private boolean answer(
      HttpHead request, HttpHead answer, InputStream in, OutputStream out, byte[] buffer)
      throws IOException {
    out.write(answer.bytes());
    if (request.method().equals("HEAD") || answer.status() == 204 || answer.status() == 304) {
      return true;
    }
    if (answer.chunked()) {
      copyChunks(in, out, buffer);
      return true;
    }
    long length = answer.contentLength();
    if (length > 1 && cutsLeft.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      copy(in, out, length / 2, buffer);
      truncated.incrementAndGet();
      return false;
    }
    copy(in, out, length, buffer);
    return true;
  }

  private synchronized Fault draw() {
    requests.incrementAndGet();
    int number = random.nextInt(100);
    if (number < 5) {
      return Fault.DROP;
    }
    if (number < 10) {
      return Fault.REFUSE;
    }
    if (number < 12) {
      cutsLeft.incrementAndGet();
    }
    return Fault.NONE;
  }

  private static byte[] slowDown(String method) {
    String head =
        "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: "
            + SLOW_DOWN.length()
            + "\r\n\r\n";
    return (method.equals("HEAD") ? head : head + SLOW_DOWN).getBytes(StandardCharsets.US_ASCII);
  }

  private static void copyChunks(InputStream in, OutputStream out, byte[] buffer)
      throws IOException {
    while (true) {
      String size = line(in);
      out.write((size + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      long length = Long.parseLong(size.split(";", 2)[0].strip(), 16);
      // With the line's end behind the chunk; behind the last one there are no trailers.
      copy(in, out, length + 2, buffer);
      if (length == 0) {
        return;
      }
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the server closed in a chunk's head");
      }
      line.append((char) b);
    }
    return line.toString().stripTrailing();
  }

  private static void copy(InputStream in, OutputStream out, long length, byte[] buffer)
      throws IOException {
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new EOFException(left + " bytes of a body are missing");
      }
      out.write(buffer, 0, n);
      left -= n;
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
