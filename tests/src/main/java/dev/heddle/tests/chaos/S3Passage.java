package dev.heddle.tests.chaos;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;

/** One connection to {@link FaultyS3}: request after request, each with what becomes of it. */
final class S3Passage implements Runnable, Closeable {
  private static final int BUFFER = 1 << 16;
  private static final int LEAST_DELAY_MILLIS = 1000;
  private static final int DELAY_MILLIS = 4000;
  private static final String SLOW_DOWN =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          + "<Error><Code>SlowDown</Code><Message>Please reduce your request"
          + " rate.</Message></Error>";

  /** Where a reset comes. */
  private enum Point {
    BEFORE,
    WITHIN_REQUEST,
    INSTEAD_OF_ANSWER
  }

  private final FaultyS3 owner;
  private final Socket client;
  private final InetSocketAddress address;
  private final Random random;
  private final Socket server = new Socket();

  S3Passage(FaultyS3 owner, Socket client, InetSocketAddress address, long seed) {
    this.owner = owner;
    this.client = client;
    this.address = address;
    this.random = new Random(seed);
  }

  @Override
  public void run() {
    try (client;
        server) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      server.connect(address);
      InputStream requests = new BufferedInputStream(client.getInputStream(), BUFFER);
      InputStream answers = new BufferedInputStream(server.getInputStream(), BUFFER);
      Optional<HttpHead> request = HttpHead.read(requests);
      while (request.isPresent() && pass(request.get(), requests, answers)) {
        request = HttpHead.read(requests);
      }
    } catch (IOException e) {
      // The one side has gone, and so does the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the connection stays. */
  private boolean pass(HttpHead request, InputStream requests, InputStream answers)
      throws IOException, InterruptedException {
    Optional<FaultyS3.Manner> manner = owner.next();
    if (manner.isEmpty()) {
      return exchange(request, requests, answers, true);
    }
    return switch (manner.get()) {
      case REFUSED -> refuse(request, requests);
      case DELAYED -> {
        Thread.sleep(LEAST_DELAY_MILLIS + random.nextInt(DELAY_MILLIS));
        yield exchange(request, requests, answers, true);
      }
      case RESET -> {
        breakOff(request, requests, answers);
        client.setSoLinger(true, 0);
        server.setSoLinger(true, 0);
        yield false;
      }
      case TRUNCATED -> exchange(request, requests, answers, false);
    };
  }

  private boolean refuse(HttpHead request, InputStream requests) throws IOException {
    if (!request.expectsContinue()) {
      requests.skipNBytes(request.length());
    }
    String body = request.word(0).equals("HEAD") ? "" : SLOW_DOWN;
    String answer =
        "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: "
            + body.length()
            + "\r\nConnection: close\r\n\r\n"
            + body;
    client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
    return false;
  }

  private void breakOff(HttpHead request, InputStream requests, InputStream answers)
      throws IOException {
    switch (Point.values()[random.nextInt(Point.values().length)]) {
      case BEFORE -> {}
      case WITHIN_REQUEST -> {
        OutputStream out = server.getOutputStream();
        out.write(request.bytes());
        if (!request.expectsContinue()) {
          copy(requests, out, request.length() / 2);
        }
      }
      // It is done, and nobody hears of it.
      case INSTEAD_OF_ANSWER -> ask(request, requests, answers);
    }
  }

  /** Whether the connection stays. */
  private boolean exchange(
      HttpHead request, InputStream requests, InputStream answers, boolean whole)
      throws IOException {
    HttpHead answer = ask(request, requests, answers);
    OutputStream out = client.getOutputStream();
    out.write(answer.bytes());
    if (request.word(0).equals("HEAD")) {
      return !answer.endsConnection();
    }
    if (answer.isChunked()) {
      copyChunks(answers, out, whole);
    } else {
      copy(answers, out, whole ? answer.length() : answer.length() / 2);
    }
    return whole && !answer.endsConnection();
  }

  /** The answer's head. */
  private HttpHead ask(HttpHead request, InputStream requests, InputStream answers)
      throws IOException {
    OutputStream out = server.getOutputStream();
    out.write(request.bytes());
    if (!request.expectsContinue()) {
      copy(requests, out, request.length());
      return answer(answers);
    }
    HttpHead answer = answer(answers);
    if (!answer.word(1).equals("100")) {
      // Then the body doesn't come.
      return answer;
    }
    client.getOutputStream().write(answer.bytes());
    copy(requests, out, request.length());
    return answer(answers);
  }

  private static HttpHead answer(InputStream answers) throws IOException {
    return HttpHead.read(answers).orElseThrow(() -> new EOFException("no answer"));
  }

  private static void copyChunks(InputStream answers, OutputStream out, boolean whole)
      throws IOException {
    int size;
    do {
      String line = line(answers);
      size = Integer.parseInt(line.strip().replaceFirst(";.*", ""), 16);
      out.write(line.getBytes(StandardCharsets.ISO_8859_1));
      copy(answers, out, whole ? size + 2L : size / 2);
    } while (whole && size > 0);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int next;
    do {
      next = in.read();
      if (next < 0) {
        throw new EOFException("a chunk without size");
      }
      line.append((char) next);
    } while (next != '\n');
    return line.toString();
  }

  private static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long left = bytes;
    while (left > 0) {
      int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (got < 0) {
        throw new EOFException(left + " bytes are missing");
      }
      out.write(buffer, 0, got);
      left -= got;
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
  }
}
