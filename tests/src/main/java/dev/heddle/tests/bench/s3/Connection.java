package dev.heddle.tests.bench.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Serves one connection until its client goes away. */
final class Connection implements Runnable {
  private static final int HEAD = 16 * 1024;

  /** A body up to this size goes out with its head, bytes. */
  private static final int SMALL = 64 * 1024;

  private final Wire wire;
  private final Bucket bucket;
  private final FileChannel content;
  private final Duration delay;
  private final Optional<Pace> pace;
  private final ByteBuffer in = ByteBuffer.allocate(HEAD);
  private final ByteBuffer out = ByteBuffer.allocate(HEAD + SMALL);

  /**
   * @param delay from a request to the first byte of its answer
   * @param pace of this connection alone
   */
  Connection(Wire wire, Bucket bucket, FileChannel content, Duration delay, Optional<Pace> pace) {
    this.wire = wire;
    this.bucket = bucket;
    this.content = content;
    this.delay = delay;
    this.pace = pace;
  }

  @Override
  public void run() {
    try (wire) {
      in.limit(0);
      while (true) {
        Optional<Request> request = next();
        if (request.isEmpty()) {
          return;
        }
        waitUntil(System.nanoTime() + delay.toNanos());
        send(bucket.answer(request.get()), request.get().method().equals("HEAD"));
        if (request.get().header("connection").orElse("").equalsIgnoreCase("close")) {
          return;
        }
      }
    } catch (IOException e) {
      // The client went away, as it may.
    } catch (IllegalArgumentException e) {
      System.err.println("a request isn't understood: " + e.getMessage());
    }
  }

  private Optional<Request> next() throws IOException {
    while (true) {
      String text = new String(in.array(), in.position(), in.remaining(), StandardCharsets.UTF_8);
      int end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        String head = text.substring(0, end);
        in.position(in.position() + head.getBytes(StandardCharsets.UTF_8).length + 4);
        return Optional.of(Request.parse(head));
      }
      in.compact();
      if (!in.hasRemaining()) {
        throw new IllegalArgumentException("its head has more than " + HEAD + " bytes");
      }
      int n = wire.read(in);
      in.flip();
      if (n < 0) {
        return Optional.empty();
      }
    }
  }

  private void send(Answer answer, boolean headOnly) throws IOException {
    String head =
        "HTTP/1.1 "
            + answer.status()
            + "\r\nServer: heddle-bench\r\nDate: "
            + DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC))
            + "\r\nx-amz-request-id: 0\r\n"
            + answer.headers()
            + "Content-Length: "
            + answer.length()
            + "\r\n\r\n";
    out.clear().put(head.getBytes(StandardCharsets.US_ASCII));
    pace.ifPresent(p -> p.begin(System.nanoTime()));
    if (headOnly) {
      wire.write(out.flip());
    } else if (answer.slice().isEmpty()) {
      wire.write(out.flip());
      wire.write(ByteBuffer.wrap(answer.body()));
    } else {
      send(answer.slice().get());
    }
  }

  private void send(Answer.Slice slice) throws IOException {
    long offset = slice.offset();
    long end = offset + slice.length();
    if (slice.length() <= SMALL) {
      out.limit(out.position() + (int) slice.length());
      while (out.hasRemaining() && content.read(out, end - out.remaining()) > 0) {}
      wire.write(out.flip());
      paced((int) slice.length());
      return;
    }
    wire.write(out.flip());
    if (pace.isEmpty()) {
      wire.send(content, offset, slice.length());
      return;
    }
    while (offset < end) {
      int portion = (int) Math.min(Pace.PORTION, end - offset);
      wire.send(content, offset, portion);
      offset += portion;
      paced(portion);
    }
  }

  private void paced(int bytes) {
    pace.ifPresent(p -> waitUntil(p.sent(bytes, System.nanoTime())));
  }

  private static void waitUntil(long nanoTime) {
    long left;
    while ((left = nanoTime - System.nanoTime()) > 0) {
      LockSupport.parkNanos(left);
    }
  }
}
