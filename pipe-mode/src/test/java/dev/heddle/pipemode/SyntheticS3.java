package dev.heddle.pipemode;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * An S3 server in this JVM, on a loopback port, for much data: one bucket that can be read only,
 * whose objects' bytes are computed. It can be as far away and as slow as wanted.
 */
public final class SyntheticS3 implements Closeable {
  private static final int PORTION = 128 << 10;

  /**
   * How it behaves.
   *
   * @param delay before the first byte of each answer
   * @param bytesPerSecond the most that one connection gets, smoothly; 0 for no limit
   */
  public record Manner(Duration delay, long bytesPerSecond) {
    public static final Manner FAST = new Manner(Duration.ZERO, 0);
  }

  private static final String ACCESS_KEY = "synthetic-access-key";
  private static final String SECRET_KEY = "synthetic-secret-key";

  private final ServerSocketChannel door;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final SyntheticObjects objects = new SyntheticObjects();
  private final SyntheticAnswers answers;
  private volatile Manner manner = Manner.FAST;

  private SyntheticS3(ServerSocketChannel door, String bucket) {
    this.door = door;
    this.answers =
        new SyntheticAnswers(bucket, objects, new SignatureCheck(ACCESS_KEY, SECRET_KEY));
  }

  public static SyntheticS3 start(String bucket) throws IOException {
    ServerSocketChannel door = ServerSocketChannel.open();
    door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    SyntheticS3 server = new SyntheticS3(door, bucket);
    Thread acceptor = new Thread(server::accept, "synthetic-s3");
    acceptor.setDaemon(true);
    acceptor.start();
    return server;
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + door.socket().getLocalPort());
  }

  /** With the server's keys, and little patience. */
  public S3Access access() {
    return access(endpoint());
  }

  /**
   * The same through a proxy.
   *
   * @param through the proxy's endpoint
   */
  public S3Access access(URI through) {
    return new S3Access(
        Optional.of(through),
        "us-east-1",
        true,
        Optional.of(new S3Access.Keys(ACCESS_KEY, SECRET_KEY, Optional.empty())),
        Duration.ofSeconds(20));
  }

  /** The same access as environment variables that every AWS client knows. */
  public Map<String, String> environment(URI through) {
    return Map.of(
        "AWS_ACCESS_KEY_ID",
        ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY",
        SECRET_KEY,
        "AWS_ENDPOINT_URL_S3",
        through.toString());
  }

  /**
   * @param size 0 or more bytes
   */
  public SyntheticS3 put(String key, long size) {
    objects.put(key, size);
    return this;
  }

  /** From the next answer on. */
  public void behave(Manner wanted) {
    manner = wanted;
  }

  /** From now on every request is answered with 403 ExpiredToken, or no longer. */
  public void expireKeys(boolean expired) {
    answers.expireKeys(expired);
  }

  /** Lists so many keys at once, 1,000 at first. */
  public void pageSize(int keys) {
    answers.pageSize(keys);
  }

  /** SHA-256 of all objects with the prefix, one behind the other, in hexadecimal digits. */
  public String sha256(String prefix) {
    return objects.sha256(prefix);
  }

  /** Some bytes of an object. */
  public byte[] bytes(String key, long offset, int length) {
    ByteBuffer all = ByteBuffer.allocate(length);
    while (all.hasRemaining()) {
      all.put(objects.bytes(key, offset + all.position(), all.remaining()));
    }
    return all.array();
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel channel = door.accept();
        Thread thread = new Thread(() -> serve(channel), "synthetic-s3-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        return; // Closed.
      }
    }
  }

  private void serve(SocketChannel channel) {
    open.add(channel);
    try (channel) {
      if (door.isOpen()) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        answerAll(channel);
      }
    } catch (IOException e) {
      // The client went away, as it may.
    } finally {
      open.remove(channel);
    }
  }

  private void answerAll(SocketChannel channel) throws IOException {
    InputStream in = new BufferedInputStream(channel.socket().getInputStream());
    while (true) {
      Optional<HttpHead> request = HttpHead.read(in);
      if (request.isEmpty()) {
        return;
      }
      Manner now = manner;
      waitUntil(System.nanoTime() + now.delay().toNanos());
      SyntheticAnswers.Answer answer = answers.to(request.get());
      boolean bodyless = request.get().method().equals("HEAD");
      write(channel, ByteBuffer.wrap(answer.head().getBytes(StandardCharsets.US_ASCII)));
      if (!bodyless && answer.slice().isEmpty()) {
        write(channel, ByteBuffer.wrap(answer.text()));
      } else if (!bodyless) {
        send(channel, answer.slice().get(), now.bytesPerSecond());
      }
      if (request.get().closes()) {
        return;
      }
    }
  }

  private void send(SocketChannel channel, SyntheticAnswers.Slice slice, long bytesPerSecond)
      throws IOException {
    long at = slice.offset();
    long end = at + slice.length();
    double due = System.nanoTime();
    while (at < end) {
      ByteBuffer bytes =
          objects.bytes(
              slice.key(), at, bytesPerSecond == 0 ? end - at : Math.min(PORTION, end - at));
      int portion = bytes.remaining();
      write(channel, bytes);
      at += portion;
      if (bytesPerSecond > 0) {
        due += portion * 1e9 / bytesPerSecond;
        waitUntil((long) due);
      }
    }
  }

  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void waitUntil(long nanoTime) {
    long left;
    while ((left = nanoTime - System.nanoTime()) > 0) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (SocketChannel channel : open) {
      channel.close();
    }
  }
}
