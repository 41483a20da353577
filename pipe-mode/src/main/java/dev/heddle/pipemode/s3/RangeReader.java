package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.retry.Attempts;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Reads ranges of objects straight from the socket into the caller's buffer. The SDK's clients take
 * twice the processor time for it, which training pays for.
 */
final class RangeReader implements Closeable {
  /** What is read at once; progress is told after each. */
  private static final int MOST_AT_ONCE = 512 * 1024;

  private final SignedGet requests;
  private final ConnectionPool connections;
  private final StallWatch stalls;

  RangeReader(SignedGet requests, ConnectionPool connections, StallWatch stalls) {
    this.requests = requests;
    this.connections = connections;
    this.stalls = stalls;
  }

  /** A response whose body follows on its connection. */
  private record Answer(Connection connection, SdkHttpResponse head, boolean keep) {}

  /** Fills the rest of the buffer; asks again from where it broke off. */
  void read(
      ObjectInfo object,
      long offset,
      ByteBuffer into,
      ObjectSource.Arrival arrival,
      Attempts attempts)
      throws ObjectStoreException {
    read(object, offset, new Filling(into, arrival), attempts);
  }

  /** Hands a range on through a buffer; asks again from where it broke off. */
  void copy(
      ObjectInfo object,
      long offset,
      long length,
      ByteBuffer through,
      ObjectSource.Sink sink,
      Attempts attempts)
      throws IOException {
    try {
      read(object, offset, new Passage(length, through, sink), attempts);
    } catch (Passage.Refusal e) {
      throw e.cause;
    }
  }

  private void read(ObjectInfo object, long offset, Target target, Attempts attempts)
      throws ObjectStoreException {
    long end = offset + target.left();
    while (target.left() > 0) {
      try {
        readOnce(object, end - target.left(), target, attempts);
      } catch (ObjectStoreException e) {
        throw e;
      } catch (CompletionException e) {
        attempts.failed(e.getCause() instanceof SdkException cause ? cause : e);
      } catch (IOException | SdkException e) {
        attempts.failed(e);
      }
    }
  }

  private void readOnce(ObjectInfo object, long from, Target target, Attempts attempts)
      throws IOException {
    SignedGet.Get get = requests.of(object, from, target.left());
    Answer answer = connections.exchange(get.origin(), () -> false, each -> ask(each, get));
    boolean whole = false;
    try {
      check(object, answer, target.left());
      body(answer, target, attempts);
      whole = true;
    } finally {
      connections.release(answer.connection(), whole && answer.keep());
    }
  }

  private static Answer ask(Connection connection, SignedGet.Get get) throws IOException {
    connection.out().write(get.head());
    Exchange.Head head = Exchange.receiveHead(connection);
    return new Answer(connection, head.response(), head.keep());
  }

  private static void check(ObjectInfo object, Answer answer, long expected) throws IOException {
    SdkHttpResponse head = answer.head();
    if (!head.isSuccessful()) {
      try (Body body = Exchange.body(answer.connection(), head, (connection, ended) -> {})) {
        throw ErrorAnswer.read(head, body);
      }
    }
    String sent = head.firstMatchingHeader("Content-Length").orElse("no Content-Length");
    if (!sent.equals(Long.toString(expected))) {
      throw new ObjectStoreException(
          Kind.REFUSED,
          "Could not read "
              + object.uri()
              + ": "
              + expected
              + " bytes were asked for and the server sends "
              + sent
              + ".",
          null);
    }
  }

  private void body(Answer answer, Target target, Attempts attempts) throws IOException {
    long left = target.left();
    target.begin();
    try (StallWatch.Watched watched = stalls.watch(answer.connection())) {
      while (left > 0) {
        int n = read(answer.connection(), target.room(MOST_AT_ONCE), watched);
        if (n < 0) {
          throw new EOFException(
              answer.connection().origin() + " closed the connection " + left + " bytes early");
        }
        left -= n;
        watched.alive();
        attempts.progressed();
        target.arrived(n);
        // The time that the bytes took on this side isn't the server's.
        watched.alive();
      }
    } finally {
      target.end();
    }
  }

  private int read(Connection connection, ByteBuffer into, StallWatch.Watched watched)
      throws IOException {
    try {
      return connection.read(into);
    } catch (IOException e) {
      if (watched.stalled()) {
        throw (IOException)
            new SocketTimeoutException(
                    connection.origin()
                        + " sent nothing for "
                        + stalls.patience().toSeconds()
                        + " s")
                .initCause(e);
      }
      throw e;
    }
  }

  /** Its connections are closed by whoever made them. */
  @Override
  public void close() {
    stalls.close();
  }
}
