package dev.heddle.pipemode.hadoop;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.retry.Backoff;
import dev.heddle.pipemode.retry.Causes;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** A range of a file, which is opened again at the byte where it broke off. */
final class FileStream extends InputStream {
  private static final Logger LOG = LogManager.getLogger(FileStream.class);

  /** Opens the file, if it is still the one that was listed, at a byte of it. */
  @FunctionalInterface
  interface Source {
    InputStream openAt(long offset) throws IOException;
  }

  private final ObjectUri uri;
  private final Source source;
  private final Backoff backoff;
  private long position;
  private long left;
  private InputStream body;
  private boolean closed;

  FileStream(ObjectUri uri, Source source, Backoff backoff, long offset, long length)
      throws ObjectStoreException {
    this.uri = uri;
    this.source = source;
    this.backoff = backoff;
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
        body = source.openAt(position);
        return;
      } catch (ObjectStoreException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        failed(e);
      }
    }
  }

  private void failed(Exception failure) throws ObjectStoreException {
    String doing = "read " + uri;
    if (Causes.interrupted(failure)) {
      throw HadoopFaults.stopped(doing, failure);
    }
    Duration tried = backoff.failed();
    if (!HadoopFaults.passing(failure) || backoff.spent()) {
      throw HadoopFaults.translate(doing, uri, failure, tried);
    }
    if (backoff.failures() == 1) {
      LOG.warn(
          "Could not {}: {}; trying again for {} s",
          doing,
          HadoopFaults.reason(failure),
          backoff.tryFor().toSeconds());
    }
    try {
      backoff.pause();
    } catch (InterruptedException e) {
      throw HadoopFaults.stopped(doing, e);
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
          throw new EOFException("the file ended " + left + " bytes early");
        }
        backoff.progressed();
        position += n;
        left -= n;
        if (left == 0) {
          close();
        }
        return n;
      } catch (IOException | RuntimeException e) {
        closeQuietly();
        failed(e);
        reopen();
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      closeQuietly();
    }
  }

  private void closeQuietly() {
    try {
      body.close();
    } catch (IOException | RuntimeException e) {
      LOG.debug("closing {}", uri, e);
    }
  }
}
