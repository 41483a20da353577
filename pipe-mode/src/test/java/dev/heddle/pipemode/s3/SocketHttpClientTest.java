package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;

@Timeout(60)
class SocketHttpClientTest {

  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

  private static ScriptedServer server(String... answers) throws IOException {
    return new ScriptedServer(ServerSocketFactory.getDefault(), answers);
  }

  private static SocketHttpClient client() {
    return new SocketHttpClient(
        new ConnectionPool(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            () -> (SSLSocketFactory) SSLSocketFactory.getDefault()));
  }

  private static HttpExecuteResponse call(
      SocketHttpClient client, SdkHttpMethod method, URI uri, byte[] body) throws IOException {
    SdkHttpFullRequest.Builder request =
        SdkHttpFullRequest.builder().method(method).uri(uri).appendHeader("X-Test", "1");
    HttpExecuteRequest.Builder execute = HttpExecuteRequest.builder();
    if (body != null) {
      request.appendHeader("Content-Length", Integer.toString(body.length));
      execute.contentStreamProvider(ContentStreamProvider.fromByteArray(body));
    }
    return client.prepareRequest(execute.request(request.build()).build()).call();
  }

  private static String get(SocketHttpClient client, URI uri) throws IOException {
    try (InputStream in = call(client, SdkHttpMethod.GET, uri, null).responseBody().orElseThrow()) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void aConnectionIsUsedAgain() throws IOException {
    try (ScriptedServer server = server(OK, OK, OK);
        SocketHttpClient client = client()) {
      assertEquals("hi", get(client, server.uri("/a?x=%20")));
      assertEquals("hi", get(client, server.uri("/b")));
      assertEquals(List.of(1, 1), server.connections());
      assertTrue(
          server.requests().get(0).startsWith("GET /a?x=%20 HTTP/1.1\nHost: 127.0.0.1:"),
          server.requests().get(0));
    }
  }

  @Test
  void aConnectionThatTheServerClosedIsReplacedUnnoticed() throws IOException {
    try (ScriptedServer server = server(OK + "CLOSE", OK);
        SocketHttpClient client = client()) {
      assertEquals("hi", get(client, server.uri("/a")));
      assertEquals("hi", get(client, server.uri("/b")));
      assertEquals(List.of(1, 2), server.connections());
    }
  }

  @Test
  void aServerThatWantsToCloseIsLetTo() throws IOException {
    String last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhiCLOSE";
    try (ScriptedServer server = server(last, OK);
        SocketHttpClient client = client()) {
      assertEquals("hi", get(client, server.uri("/a")));
      assertEquals("hi", get(client, server.uri("/b")));
    }
  }

  @Test
  void chunksAreJoinedAndTheirConnectionUsedAgain() throws IOException {
    String chunked =
        String.join(
            "\r\n",
            "HTTP/1.1 200 OK",
            "Transfer-Encoding: chunked",
            "",
            "3;ext=1",
            "abc",
            "00A",
            "0123456789",
            "0",
            "Trailer: x",
            "",
            "");
    try (ScriptedServer server = server(chunked, OK);
        SocketHttpClient client = client()) {
      assertEquals("abc0123456789", get(client, server.uri("/a")));
      assertEquals("hi", get(client, server.uri("/b")));
      assertEquals(List.of(1, 1), server.connections());
    }
  }

  @Test
  void aChunkedBodyOfWhichTheEndWasntReadIsNoHindrance() throws IOException {
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    try (ScriptedServer server = server(chunked, OK);
        SocketHttpClient client = client()) {
      try (InputStream in =
          call(client, SdkHttpMethod.GET, server.uri("/a"), null).responseBody().orElseThrow()) {
        assertArrayEquals(new byte[] {'a', 'b', 'c'}, in.readNBytes(3));
      }
      assertEquals("hi", get(client, server.uri("/b")));
      assertEquals(List.of(1, 1), server.connections());
    }
  }

  @Test
  void aBodyWithoutALengthEndsWithItsConnection() throws IOException {
    try (ScriptedServer server = server("HTTP/1.1 200 OK\r\n\r\nall of itCLOSE");
        SocketHttpClient client = client()) {
      assertEquals("all of it", get(client, server.uri("/a")));
    }
  }

  @Test
  void aBodyThatEndsEarlyIsAFailure() throws IOException {
    try (ScriptedServer server = server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshortCLOSE");
        SocketHttpClient client = client()) {
      EOFException early = assertThrows(EOFException.class, () -> get(client, server.uri("/a")));
      assertTrue(early.getMessage().contains("4 bytes early"), early.getMessage());
    }
  }

  @Test
  void answersWithoutABodyHaveNone() throws IOException {
    String head = "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n";
    try (ScriptedServer server = server(head, "HTTP/1.1 204 No Content\r\n\r\n", OK);
        SocketHttpClient client = client()) {
      HttpExecuteResponse answer = call(client, SdkHttpMethod.HEAD, server.uri("/a"), null);
      assertTrue(answer.responseBody().isEmpty());
      assertEquals(
          "12345", answer.httpResponse().firstMatchingHeader("content-length").orElseThrow());
      assertTrue(
          call(client, SdkHttpMethod.DELETE, server.uri("/b"), null).responseBody().isEmpty());
      assertEquals("hi", get(client, server.uri("/c")));
      assertEquals(List.of(1, 1, 1), server.connections());
    }
  }

  @Test
  void aBodyIsSentWholeAndInterimAnswersAreSkipped() throws IOException {
    byte[] body = new byte[200_000];
    Arrays.fill(body, (byte) 'x');
    try (ScriptedServer server = server("HTTP/1.1 100 Continue\r\n\r\n" + OK);
        SocketHttpClient client = client()) {
      HttpExecuteResponse answer = call(client, SdkHttpMethod.PUT, server.uri("/a"), body);
      assertEquals(200, answer.httpResponse().statusCode());
      assertTrue(server.requests().get(0).endsWith("x".repeat(200_000)));
    }
  }

  @Test
  void aPutWithoutABodySaysSo() throws IOException {
    try (ScriptedServer server = server(OK);
        SocketHttpClient client = client()) {
      call(client, SdkHttpMethod.PUT, server.uri("/a"), null);
      assertTrue(server.requests().get(0).contains("Content-Length: 0\n"));
    }
  }

  @Test
  void whatIsNoHttpIsRefused() throws IOException {
    try (ScriptedServer server = server("SSH-2.0-OpenSSH_9.2\r\n\r\nCLOSE");
        SocketHttpClient client = client()) {
      IOException refused = assertThrows(IOException.class, () -> get(client, server.uri("/a")));
      assertTrue(refused.getMessage().endsWith("doesn't speak HTTP/1.1"), refused.getMessage());
    }
  }

  @Test
  void anEndlessHeadIsRefused() throws IOException {
    try (ScriptedServer server = server("HTTP/1.1 200 OK\r\nX: " + "y".repeat(300_000) + "CLOSE");
        SocketHttpClient client = client()) {
      IOException refused = assertThrows(IOException.class, () -> get(client, server.uri("/a")));
      assertTrue(refused.getMessage().endsWith("endless response head"), refused.getMessage());
    }
  }

  @Test
  void aSilentServerIsGivenUp() throws IOException {
    try (ScriptedServer server = server("HANG");
        SocketHttpClient client =
            new SocketHttpClient(
                new ConnectionPool(Duration.ofSeconds(5), Duration.ofMillis(50), () -> null))) {
      assertThrows(SocketTimeoutException.class, () -> get(client, server.uri("/a")));
    }
  }

  @Test
  void aRefusedConnectionNamesTheServer() throws IOException {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    URI uri = URI.create("http://127.0.0.1:" + port + "/a");
    try (SocketHttpClient client = client()) {
      IOException refused = assertThrows(IOException.class, () -> get(client, uri));
      assertEquals(
          "cannot connect to http://127.0.0.1:" + port + ": Connection refused",
          refused.getMessage());
    }
  }

  @Test
  void aHeaderCannotBeginAnother() {
    try (SocketHttpClient client = client();
        ScriptedServer server = server(OK)) {
      SdkHttpFullRequest request =
          SdkHttpFullRequest.builder()
              .method(SdkHttpMethod.GET)
              .uri(server.uri("/a"))
              .appendHeader("X-Test", "1\r\nX-Other: 2")
              .build();
      assertThrows(
          IllegalArgumentException.class,
          () ->
              client.prepareRequest(HttpExecuteRequest.builder().request(request).build()).call());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tlsIsSpokenTrustedAndInterrupted(@TempDir Path directory) throws Exception {
    SSLContext context = selfSigned(directory);
    String stalled = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshortHANG";
    try (ScriptedServer server = new ScriptedServer(context.getServerSocketFactory(), OK, stalled);
        SocketHttpClient trusting =
            new SocketHttpClient(
                new ConnectionPool(
                    Duration.ofSeconds(5), Duration.ofSeconds(50), context::getSocketFactory))) {
      URI uri = URI.create(server.uri("/a").toString().replace("http:", "https:"));
      assertEquals("hi", get(trusting, uri));

      InputStream body = call(trusting, SdkHttpMethod.GET, uri, null).responseBody().orElseThrow();
      assertEquals(5, body.readNBytes(5).length);
      AtomicReference<IOException> end = new AtomicReference<>();
      CountDownLatch reading = new CountDownLatch(1);
      Thread reader =
          new Thread(
              () -> {
                reading.countDown();
                try {
                  int unused = body.read();
                } catch (IOException e) {
                  end.set(e);
                }
              });
      reader.start();
      reading.await();
      reader.interrupt();
      reader.join(10_000);
      assertFalse(reader.isAlive());
      assertTrue(end.get() != null);
    }
    try (ScriptedServer server = new ScriptedServer(context.getServerSocketFactory(), OK);
        SocketHttpClient client = client()) {
      URI uri = URI.create(server.uri("/a").toString().replace("http:", "https:"));
      IOException untrusted = assertThrows(IOException.class, () -> get(client, uri));
      assertTrue(untrusted.getCause() instanceof SSLException, untrusted.toString());
      assertFalse(Faults.passing(untrusted));
    }
  }

  private static SSLContext selfSigned(Path directory) throws Exception {
    Path file = directory.resolve("key.p12");
    String password = "changeit";
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "test",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                password)
            .redirectErrorStream(true)
            .start();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    keytool.getInputStream().transferTo(said);
    assertEquals(0, keytool.waitFor(), said.toString(StandardCharsets.UTF_8));
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, password.toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, password.toCharArray());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(keys);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
