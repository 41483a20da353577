package dev.heddle.tests.bench.s3;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** An encrypted connection, by the JDK's own TLS. */
final class TlsWire implements Wire {
  private final Socket socket;
  private final byte[] buffer = new byte[Pace.PORTION];

  TlsWire(Socket socket) {
    this.socket = socket;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int n =
        socket
            .getInputStream()
            .read(into.array(), into.arrayOffset() + into.position(), into.remaining());
    if (n > 0) {
      into.position(into.position() + n);
    }
    return n;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    socket
        .getOutputStream()
        .write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    bytes.position(bytes.limit());
  }

  @Override
  public void send(FileChannel file, long offset, long length) throws IOException {
    long sent = 0;
    while (sent < length) {
      int n =
          file.read(
              ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, length - sent)),
              offset + sent);
      if (n <= 0) {
        throw new EOFException("the content ends early");
      }
      socket.getOutputStream().write(buffer, 0, n);
      sent += n;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
