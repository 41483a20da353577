package dev.heddle.pipemode.retry;

import dev.heddle.pipemode.ObjectStoreException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A range of an object that is asked for again from where it broke off.
 *
 * @param <B> what carries the bytes
 */
public final class ResumedStream<B extends InputStream> extends InputStream {

  /** Where the bytes come from. */
  public interface Source<B> {
    /** Asks for the range from there on. */
    B open(long offset, long length) throws IOException;

    /** Closes what isn't read to its end, without reading it. */
    void abandon(B body) throws IOException;
  }

  private final Source<B> source;
  private final Attempts attempts;
  private long position;
  private long left;
  private B body;
  private boolean closed;

  /**
   * @throws ObjectStoreException when the range can't be had
   */
  public ResumedStream(Source<B> source, Attempts attempts, long offset, long length)
      throws ObjectStoreException {
    this.source = source;
    this.attempts = attempts;
    position = offset;
    left = length;
    reopen();
    if (left == 0) {
      close();
    }
  }

  private void reopen() throws ObjectStoreException {
    while (true) {
      try {
        body = source.open(position, left);
        return;
      } catch (ObjectStoreException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        attempts.failed(e);
      }
    }
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
    if (left == 0) {
      return -1;
    }
    if (closed) {
      throw new IOException("the stream is closed");
    }
    while (true) {
      try {
        int n = body.read(into, offset, (int) Math.min(length, left));
        if (n < 0) {
          throw new EOFException("the data ended " + left + " bytes early");
        }
        attempts.progressed();
        position += n;
        left -= n;
        if (left == 0) {
          close();
        }
        return n;
      } catch (IOException | RuntimeException e) {
        abandon();
        attempts.failed(e);
        reopen();
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (left > 0) {
      abandon();
      return;
    }
    try {
      body.close();
    } catch (IOException | RuntimeException e) {
      // All that was wanted has been read.
    }
  }

  private void abandon() {
    try {
      source.abandon(body);
    } catch (IOException | RuntimeException e) {
      // Nothing more is wanted of it.
    }
  }
}
