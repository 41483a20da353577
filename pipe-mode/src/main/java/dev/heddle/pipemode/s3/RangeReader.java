package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
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
      Retry.Attempts attempts)
      throws ObjectStoreException {
    long start = offset - into.position();
    while (into.hasRemaining()) {
      try {
        readOnce(object, start + into.position(), into, arrival, attempts);
      } catch (ObjectStoreException e) {
        throw e;
      } catch (CompletionException e) {
        attempts.failed(e.getCause() instanceof SdkException cause ? cause : e);
      } catch (IOException | SdkException e) {
        attempts.failed(e);
      }
    }
  }

  private void readOnce(
      ObjectInfo object,
      long from,
      ByteBuffer into,
      ObjectSource.Arrival arrival,
      Retry.Attempts attempts)
      throws IOException {
    SignedGet.Get get = requests.of(object, from, into.remaining());
    Answer answer = connections.exchange(get.origin(), () -> false, each -> ask(each, get));
    boolean whole = false;
    try {
      check(object, answer, into.remaining());
      body(answer, into, arrival, attempts);
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

  private static void check(ObjectInfo object, Answer answer, int expected) throws IOException {
    SdkHttpResponse head = answer.head();
    if (!head.isSuccessful()) {
      try (Body body = Exchange.body(answer.connection(), head, (connection, ended) -> {})) {
        throw ErrorAnswer.read(head, body);
      }
    }
    String sent = head.firstMatchingHeader("Content-Length").orElse("no Content-Length");
    if (!sent.equals(Integer.toString(expected))) {
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

  private void body(
      Answer answer, ByteBuffer into, ObjectSource.Arrival arrival, Retry.Attempts attempts)
      throws IOException {
    int end = into.limit();
    try (StallWatch.Watched watched = stalls.watch(answer.connection())) {
      while (into.position() < end) {
        into.limit(Math.min(end, into.position() + MOST_AT_ONCE));
        int n = read(answer.connection(), into, watched);
        if (n < 0) {
          throw new EOFException(
              answer.connection().origin()
                  + " closed the connection "
                  + (end - into.position())
                  + " bytes early");
        }
        watched.alive();
        attempts.progressed();
        arrival.arrived(n);
      }
    } finally {
      into.limit(end);
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
