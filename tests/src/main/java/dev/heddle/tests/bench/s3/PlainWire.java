package dev.heddle.tests.bench.s3;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;

/** A TCP connection; files go by sendfile(2). */
record PlainWire(SocketChannel channel) implements Wire {
  @Override
  public int read(ByteBuffer into) throws IOException {
    return channel.read(into);
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void send(FileChannel file, long offset, long length) throws IOException {
    long sent = 0;
    while (sent < length) {
      long n = file.transferTo(offset + sent, length - sent, channel);
      if (n <= 0) {
        throw new EOFException("the content ends early");
      }
      sent += n;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
