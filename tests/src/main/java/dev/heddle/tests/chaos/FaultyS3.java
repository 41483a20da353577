package dev.heddle.tests.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before an S3 server, on another port of the loopback interface, and spoils some of what
 * goes through when it is told to. Signatures stay right, because requests go on as they came.
 */
final class FaultyS3 implements AutoCloseable {
  /** What becomes of requests. */
  enum Manner {
    /** Answered with 503 and never heard of behind. */
    REFUSED,
    /** Answered late. */
    DELAYED,
    /** The connection is reset before, within or after it. */
    RESET,
    /** The answer's body ends too early. */
    TRUNCATED
  }

  private record Spell(Manner manner, double chance) {}

  private final InetSocketAddress server;
  private final ServerSocket door;
  private final Random random;
  private final Set<S3Passage> passages = ConcurrentHashMap.newKeySet();
  private final AtomicInteger spoilt = new AtomicInteger();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "faulty-s3");
            thread.setDaemon(true);
            return thread;
          });

  private volatile Optional<Spell> spell = Optional.empty();

  private FaultyS3(URI server, ServerSocket door, long seed) {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.door = door;
    this.random = new Random(seed);
  }

  /**
   * @param server {@code http://HOST:PORT}
   */
  static FaultyS3 before(URI server, long seed) throws IOException {
    FaultyS3 s3 =
        new FaultyS3(server, new ServerSocket(0, 256, InetAddress.getLoopbackAddress()), seed);
    s3.threads.execute(s3::welcome);
    return s3;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + door.getLocalPort());
  }

  /**
   * From now on this becomes of some requests, until {@link #behave}.
   *
   * @param chance of each request, up to 1
   */
  void misbehave(Manner manner, double chance) {
    spell = Optional.of(new Spell(manner, chance));
  }

  void behave() {
    spell = Optional.empty();
  }

  /** How many requests have been spoilt so far. */
  int spoilt() {
    return spoilt.get();
  }

  /** What becomes of the next request. */
  Optional<Manner> next() {
    Optional<Manner> next =
        spell.filter(its -> random.nextDouble() < its.chance()).map(Spell::manner);
    next.ifPresent(manner -> spoilt.incrementAndGet());
    return next;
  }

  private void welcome() {
    while (true) {
      try {
        Socket client = door.accept();
        S3Passage passage = new S3Passage(this, client, server, random.nextLong());
        passages.add(passage);
        threads.execute(
            () -> {
              passage.run();
              passages.remove(passage);
            });
      } catch (IOException e) {
        // Closed.
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (S3Passage passage : passages) {
      passage.close();
    }
    threads.shutdownNow();
  }
}
