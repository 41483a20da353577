package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectStoreException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** A range of an object that is asked for again from where it broke off. */
final class RangeStream extends InputStream {

  /** Asks for a range. */
  @FunctionalInterface
  interface Source {
    ResponseInputStream<GetObjectResponse> get(long offset, long length) throws IOException;
  }

  private final Source source;
  private final Retry.Attempts attempts;
  private long position;
  private long left;
  private ResponseInputStream<GetObjectResponse> body;
  private boolean closed;

  RangeStream(Source source, Retry.Attempts attempts, long offset, long length)
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
        body = source.get(position, left);
        return;
      } catch (ObjectStoreException e) {
        throw e;
      } catch (IOException | SdkException e) {
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
          throw new EOFException("the server ended the answer " + left + " bytes early");
        }
        attempts.progressed();
        position += n;
        left -= n;
        if (left == 0) {
          close();
        }
        return n;
      } catch (IOException | SdkException e) {
        body.abort();
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
    try {
      if (left > 0) {
        body.abort();
      } else {
        body.close();
      }
    } catch (IOException e) {
      // All that was wanted has been read.
    }
  }
}
