package dev.heddle.pipemode.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BiConsumer;

/**
 * A response's body. When it was read to its end its connection goes back to be used again;
 * otherwise it is closed.
 */
final class Body extends InputStream {
  /** Less than this is read away on closing rather than giving a connection up. */
  private static final int SHORT_REST = 16 * 1024;

  private static final long UNTIL_CLOSED = -1;

  private final Connection connection;
  private final boolean chunked;
  private final BiConsumer<Connection, Boolean> release;
  // Bytes left of the body or of the current chunk.
  private long left;
  private boolean firstChunk = true;
  private boolean done;

  private Body(
      Connection connection, boolean chunked, long left, BiConsumer<Connection, Boolean> release) {
    this.connection = connection;
    this.chunked = chunked;
    this.left = left;
    this.release = release;
  }

  /**
   * @param release is told once whether the connection can be used again
   */
  static Body ofLength(
      Connection connection, long length, BiConsumer<Connection, Boolean> release) {
    Body body = new Body(connection, false, length, release);
    if (length == 0) {
      body.finish(true);
    }
    return body;
  }

  static Body chunked(Connection connection, BiConsumer<Connection, Boolean> release) {
    return new Body(connection, true, 0, release);
  }

  static Body untilClosed(Connection connection, BiConsumer<Connection, Boolean> release) {
    return new Body(connection, false, UNTIL_CLOSED, release);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    try {
      if (!done && chunked && left == 0) {
        nextChunk();
      }
      if (done) {
        return -1;
      }
      int want = left == UNTIL_CLOSED ? length : (int) Math.min(length, left);
      int n = connection.read(into, offset, want);
      if (n < 0) {
        finish(false);
        if (left != UNTIL_CLOSED) {
          throw new EOFException(
              connection.origin() + " closed the connection " + left + " bytes early");
        }
        return -1;
      }
      if (left != UNTIL_CLOSED) {
        left -= n;
        if (left == 0 && !chunked) {
          finish(true);
        }
      }
      return n;
    } catch (IOException e) {
      finish(false);
      throw e;
    }
  }

  private void nextChunk() throws IOException {
    connection.beginHead();
    if (!firstChunk) {
      connection.readLine();
    }
    firstChunk = false;
    String line = connection.readLine();
    int semicolon = line.indexOf(';');
    String size = (semicolon < 0 ? line : line.substring(0, semicolon)).trim();
    try {
      left = Long.parseLong(size, 16);
    } catch (NumberFormatException e) {
      throw new IOException(connection.origin() + " sent a chunk without a size", e);
    }
    if (left < 0) {
      throw new IOException(connection.origin() + " sent a chunk of a negative size");
    }
    if (left == 0) {
      while (!connection.readLine().isEmpty()) {
        // Trailers mean nothing here.
      }
      finish(true);
    }
  }

  private void finish(boolean reusable) {
    if (!done) {
      done = true;
      release.accept(connection, reusable);
    }
  }

  /** Gives the connection up at once, whatever is left; another thread may call it. */
  void abort() {
    connection.close();
  }

  @Override
  public void close() {
    if (!done && (chunked || (left >= 0 && left <= SHORT_REST))) {
      try {
        byte[] rest = new byte[SHORT_REST];
        int budget = SHORT_REST;
        int n;
        while (budget > 0 && (n = read(rest, 0, budget)) >= 0) {
          budget -= n;
        }
      } catch (IOException e) {
        // The connection is given up below.
      }
    }
    finish(false);
  }
}
