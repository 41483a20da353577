package dev.heddle.pipemode.s3;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.retry.Attempts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RangeReaderTest {
  private static final ObjectInfo OBJECT =
      new ObjectInfo(ObjectUri.parse("s3://bucket/key"), 1000, "\"tag\"");
  private static final String BUSY =
      "HTTP/1.1 503 Slow Down\r\nContent-Length: 64\r\n\r\n"
          + "<Error><Code>SlowDown</Code><Message>Reduce rate.</Message>   \n</E>";

  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger pauses = new AtomicInteger();
  private final AtomicInteger arrived = new AtomicInteger();
  private final ByteBuffer into = ByteBuffer.allocateDirect(10);
  private ScriptedServer server;
  private ConnectionPool connections;
  private RangeReader reader;

  private void serve(Duration readTimeout, String... answers) throws IOException {
    server = new ScriptedServer(ServerSocketFactory.getDefault(), answers);
    connections =
        new ConnectionPool(
            Duration.ofSeconds(5),
            readTimeout,
            () -> (SSLSocketFactory) SSLSocketFactory.getDefault());
    S3Access access =
        new S3Access(
            Optional.of(server.uri("")),
            "us-east-1",
            true,
            Optional.of(new S3Access.Keys("AKID", "very-secret", Optional.empty())),
            Duration.ZERO);
    reader = S3Clients.ranges(access, S3Clients.credentials(access), connections);
  }

  @AfterEach
  void end() throws IOException {
    reader.close();
    connections.close();
    server.close();
  }

  /** Time passes in the pauses only. */
  private Attempts attempts(Duration retryFor) {
    Retry.Timing timing =
        new Retry.Timing(
            clock::get,
            time -> {
              pauses.incrementAndGet();
              clock.addAndGet(time.toNanos());
            },
            () -> 0.5);
    return new Retry(retryFor, timing).attempts("read " + OBJECT.uri());
  }

  private String read(Duration retryFor) throws ObjectStoreException {
    reader.read(OBJECT, 100, into, arrived::addAndGet, attempts(retryFor));
    byte[] bytes = new byte[into.flip().remaining()];
    into.get(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private String read() throws ObjectStoreException {
    return read(Duration.ofSeconds(20));
  }

  private ObjectStoreException fails(Kind kind, Duration retryFor, String... words) {
    ObjectStoreException failure = assertThrows(ObjectStoreException.class, () -> read(retryFor));
    assertEquals(kind, failure.kind(), failure.getMessage());
    assertTrue(
        failure.getMessage().startsWith("Could not read s3://bucket/key: "), failure.getMessage());
    for (String word : words) {
      assertTrue(failure.getMessage().contains(word), failure.getMessage());
    }
    return failure;
  }

  private static String partial(int length, String body) {
    return "HTTP/1.1 206 Partial Content\r\nContent-Length: " + length + "\r\n\r\n" + body;
  }

  private static String error(int status, String code, String message) {
    String xml =
        "<?xml version=\"1.0\"?><Error><Code>"
            + code
            + "</Code><Message>"
            + message
            + "</Message></Error>";
    return "HTTP/1.1 " + status + " No\r\nContent-Length: " + xml.length() + "\r\n\r\n" + xml;
  }

  private void asks(int request, String range) {
    String text = server.requests().get(request);
    assertTrue(text.startsWith("GET /bucket/key HTTP/1.1\n"), text);
    assertTrue(text.contains("range: bytes=" + range + "\n"), text);
    assertTrue(text.contains("if-match: \"tag\"\n"), text);
  }

  @Test
  void aRangeFillsTheBufferAndItsConnectionIsUsedAgain() throws Exception {
    serve(Duration.ofSeconds(30), partial(10, "0123456789"), partial(10, "abcdefghij"));
    assertEquals("0123456789", read());
    asks(0, "100-109");
    into.clear();
    assertEquals("abcdefghij", read());
    assertEquals(20, arrived.get());
    assertEquals(List.of(1, 1), server.connections());
    assertEquals(0, pauses.get());
  }

  @Test
  void whatTheBufferHoldsAlreadyIsntAskedFor() throws Exception {
    serve(Duration.ofSeconds(30), partial(6, "456789"));
    into.put("0123".getBytes(StandardCharsets.US_ASCII));
    assertEquals("0123456789", read());
    asks(0, "100-105");
    assertEquals(6, arrived.get());
  }

  @Test
  void aBrokenBodyGoesOnAtTheNextByte() throws Exception {
    serve(
        Duration.ofSeconds(30),
        partial(10, "0123CLOSE"),
        partial(6, "CLOSE"),
        BUSY,
        partial(6, "45678CLOSE"),
        partial(1, "9"));
    assertEquals("0123456789", read());
    asks(0, "100-109");
    asks(1, "104-109");
    asks(2, "104-109");
    asks(3, "104-109");
    asks(4, "109-109");
    assertEquals(10, arrived.get());
  }

  @Test
  void aBusyServerIsAskedAgain() throws Exception {
    serve(
        Duration.ofSeconds(30),
        BUSY,
        error(500, "InternalError", "We are sorry"),
        error(400, "RequestTimeout", "idle"),
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        partial(10, "0123456789"));
    assertEquals("0123456789", read());
    assertEquals(4, pauses.get());
  }

  @Test
  void aServerThatStaysBusyIsGivenUpWithItsWords() throws Exception {
    serve(Duration.ofSeconds(30), BUSY, BUSY, BUSY, BUSY, BUSY, BUSY, BUSY, BUSY, BUSY, BUSY, BUSY);
    fails(Kind.UNREACHABLE, Duration.ofSeconds(1), "Reduce rate", "SlowDown", "503", "tried for");
    assertTrue(pauses.get() > 0);
  }

  @Test
  void aServerThatSendsNoAnswerIsGivenUpAndNamed() throws Exception {
    serve(Duration.ofSeconds(1), "HANG");
    ObjectStoreException failure =
        fails(Kind.UNREACHABLE, Duration.ZERO, server.uri("").toString(), "sent nothing for 1 s");
    assertTrue(failure.getCause() instanceof SocketTimeoutException, failure.toString());
  }

  @Test
  void aServerThatStopsInABodyIsGivenUpAndNamed() throws Exception {
    serve(Duration.ofSeconds(1), partial(10, "0123HANG"));
    fails(Kind.UNREACHABLE, Duration.ZERO, server.uri("").toString(), "sent nothing for 1 s");
    assertEquals(4, arrived.get());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void aServerThatStopsInABodyIsAskedForTheRest() throws Exception {
    serve(Duration.ofMillis(500), partial(10, "0123HANG"), "HANG", partial(6, "456789"));
    assertEquals("0123456789", read());
    asks(2, "104-109");
  }

  @Test
  void refusalsAreFinalAndSayWhy() throws Exception {
    serve(
        Duration.ofSeconds(30),
        error(412, "PreconditionFailed", "At least one"),
        error(404, "NoSuchKey", "The key does not exist."),
        error(404, "NoSuchBucket", "The bucket does not exist"),
        error(403, "ExpiredToken", "The provided token has expired."),
        error(400, "ExpiredToken", "The provided token has expired."),
        error(403, "AccessDenied", "Access Denied"),
        error(416, "InvalidRange", "not satisfiable"),
        "HTTP/1.1 301 Moved\r\nx-amz-bucket-region: eu-west-3\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n0\r\n\r\n");
    Duration long20 = Duration.ofSeconds(20);
    fails(Kind.CHANGED, long20, "replaced after it had been listed");
    fails(Kind.NOT_FOUND, long20, "no such object", "NoSuchKey");
    fails(Kind.NOT_FOUND, long20, "the bucket does not exist");
    fails(Kind.ACCESS_DENIED, long20, "The provided token has expired", "ExpiredToken");
    fails(Kind.ACCESS_DENIED, long20, "The provided token has expired", "ExpiredToken");
    fails(Kind.ACCESS_DENIED, long20, "Access Denied", "Check the credentials");
    fails(Kind.REFUSED, long20, "InvalidRange");
    fails(Kind.REFUSED, long20, "another region (eu-west-3)");
    fails(Kind.ACCESS_DENIED, long20, "HTTP 403");
    assertEquals(0, pauses.get());
    assertEquals(0, into.position());
  }

  @Test
  void anotherLengthThanWasAskedForIsRefused() throws Exception {
    serve(
        Duration.ofSeconds(30),
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789",
        partial(9, "012345678"),
        "HTTP/1.1 206 Partial Content\r\n\r\n0123456789CLOSE");
    fails(Kind.REFUSED, Duration.ofSeconds(20), "10 bytes were asked for", "sends 1000");
    fails(Kind.REFUSED, Duration.ofSeconds(20), "10 bytes were asked for", "sends 9");
    fails(Kind.REFUSED, Duration.ofSeconds(20), "10 bytes were asked for", "no Content-Length");
    assertEquals(0, arrived.get());
  }

  @Test
  void aConnectionThatTheServerClosedMeanwhileIsReplacedWithoutAPause() throws Exception {
    serve(Duration.ofSeconds(30), partial(10, "0123456789CLOSE"), partial(10, "abcdefghij"));
    assertEquals("0123456789", read());
    into.clear();
    assertEquals("abcdefghij", read());
    assertEquals(List.of(1, 2), server.connections());
    assertEquals(0, pauses.get());
  }

  @Test
  void aServerThatSaysItClosesIsntAskedOnThatConnectionAgain() throws Exception {
    serve(
        Duration.ofSeconds(30),
        "HTTP/1.1 206 P\r\nConnection: close\r\nContent-Length: 10\r\n\r\n0123456789CLOSE",
        partial(10, "abcdefghij"));
    assertEquals("0123456789", read());
    into.clear();
    assertEquals("abcdefghij", read());
    assertEquals(List.of(1, 2), server.connections());
  }

  @ParameterizedTest
  @ValueSource(strings = {"HANG", "HTTP/1.1 206 P\r\nContent-Length: 10\r\n\r\n0123HANG"})
  void anInterruptEndsARead(String answer) throws Exception {
    serve(Duration.ofSeconds(50), answer);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread thread =
        new Thread(
            () -> {
              try {
                read();
              } catch (Throwable e) {
                failure.set(e);
              }
              flag.set(Thread.currentThread().isInterrupted());
            });
    thread.start();
    int expected = answer.equals("HANG") ? 0 : 4;
    await().until(() -> server.requests().size() == 1 && arrived.get() == expected);
    thread.interrupt();
    thread.join();
    assertEquals("Stopped while trying to read s3://bucket/key.", failure.get().getMessage());
    assertTrue(flag.get());
    assertEquals(0, pauses.get());
  }

  @Test
  void aServerThatIsGoneIsNamed() throws Exception {
    serve(Duration.ofSeconds(30), "CLOSE");
    String address = server.uri("").toString();
    int port = server.uri("").getPort();
    server.close();
    // The kernel takes a connection or two more while the server's thread leaves.
    Awaitility.await().until(() -> refuses(port));
    fails(Kind.UNREACHABLE, Duration.ZERO, "cannot connect to " + address);
  }

  private static boolean refuses(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (IOException e) {
      return true;
    }
  }
}
