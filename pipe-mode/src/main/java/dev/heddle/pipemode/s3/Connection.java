package dev.heddle.pipemode.s3;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One TCP (or TLS) connection to an HTTP server. Its socket is that of a channel, so that an
 * interrupt of the thread that blocks in it closes it at once, which a plain socket doesn't do.
 */
final class Connection implements Closeable {

  /** Where a connection leads. */
  record Origin(boolean tls, String host, int port) {
    @Override
    public String toString() {
      return (tls ? "https://" : "http://") + host + ":" + port;
    }
  }

  private static final int LONGEST_HEAD = 256 * 1024;

  /** Four records of TLS. */
  private static final int DECIPHERED_BYTES = 64 * 1024;

  private final Origin origin;
  private final Socket socket;
  // Empty for TLS, whose bytes must be deciphered first.
  private final Optional<SocketChannel> plain;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] ahead = new byte[16 * 1024];
  private int next;
  private int end;
  private int headBytes;
  private byte[] deciphered = {};
  private long idleSince;

  private Connection(Origin origin, Socket socket, Optional<SocketChannel> plain)
      throws IOException {
    this.origin = origin;
    this.socket = socket;
    this.plain = plain;
    in = socket.getInputStream();
    out = socket.getOutputStream();
  }

  /**
   * @param tls makes the TLS sockets; not used for a plain origin
   * @param readTimeout how long one read may wait
   */
  static Connection open(
      Origin origin, SSLSocketFactory tls, Duration connectTimeout, Duration readTimeout)
      throws IOException {
    IOException failure = null;
    for (InetAddress address : InetAddress.getAllByName(origin.host())) {
      SocketChannel channel = SocketChannel.open();
      try {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        Socket socket = channel.socket();
        socket.connect(
            new InetSocketAddress(address, origin.port()), (int) connectTimeout.toMillis());
        socket.setSoTimeout((int) readTimeout.toMillis());
        return origin.tls()
            ? new Connection(origin, secure(tls, socket, origin), Optional.empty())
            : new Connection(origin, socket, Optional.of(channel));
      } catch (IOException e) {
        channel.close();
        failure = e;
        if (Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    String reason = failure == null ? "no address" : failure.getMessage();
    throw new IOException("cannot connect to " + origin + ": " + reason, failure);
  }

  private static Socket secure(SSLSocketFactory tls, Socket plain, Origin origin)
      throws IOException {
    SSLSocket socket = (SSLSocket) tls.createSocket(plain, origin.host(), origin.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  Origin origin() {
    return origin;
  }

  OutputStream out() {
    return out;
  }

  void markIdle(long nanoTime) {
    idleSince = nanoTime;
  }

  long idleSince() {
    return idleSince;
  }

  /** Starts the count of a new response head's bytes. */
  void beginHead() {
    headBytes = 0;
  }

  /** Reads a line of a head or of the chunked coding, without its end. */
  String readLine() throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (true) {
      if (next == end) {
        fill();
      }
      int from = next;
      while (next < end && ahead[next] != '\n') {
        next++;
      }
      line.append(new String(ahead, from, next - from, StandardCharsets.ISO_8859_1));
      headBytes += next - from;
      if (headBytes > LONGEST_HEAD) {
        throw new IOException(origin + " sent an endless response head");
      }
      if (next < end) {
        next++;
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
          line.setLength(length - 1);
        }
        return line.toString();
      }
    }
  }

  private void fill() throws IOException {
    next = 0;
    end = 0;
    int n = receive(ahead, 0, ahead.length);
    if (n < 0) {
      throw new EOFException(origin + " closed the connection");
    }
    end = n;
  }

  /** At least one byte of the body, or -1 at the end of the connection. */
  int read(byte[] into, int offset, int length) throws IOException {
    if (next < end) {
      int n = Math.min(length, end - next);
      System.arraycopy(ahead, next, into, offset, n);
      next += n;
      return n;
    }
    return receive(into, offset, length);
  }

  /**
   * At least one byte of the body, or -1 at the end of the connection. Without TLS the bytes go
   * from the kernel into a direct buffer without another copy, and no time limit holds: a {@link
   * StallWatch} must look after it.
   */
  int read(ByteBuffer into) throws IOException {
    if (next < end) {
      int n = Math.min(into.remaining(), end - next);
      into.put(ahead, next, n);
      next += n;
      return n;
    }
    if (plain.isPresent()) {
      return plain.get().read(into);
    }
    int n = receive(deciphered(), 0, Math.min(deciphered.length, into.remaining()));
    if (n > 0) {
      into.put(deciphered, 0, n);
    }
    return n;
  }

  private int receive(byte[] into, int offset, int length) throws IOException {
    try {
      return in.read(into, offset, length);
    } catch (SocketTimeoutException e) {
      // Its own message names nobody.
      throw (IOException)
          new SocketTimeoutException(
                  origin + " sent nothing for " + socket.getSoTimeout() / 1000 + " s")
              .initCause(e);
    }
  }

  private byte[] deciphered() {
    if (deciphered.length == 0) {
      deciphered = new byte[DECIPHERED_BYTES];
    }
    return deciphered;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing more is wanted of it.
    }
  }
}
