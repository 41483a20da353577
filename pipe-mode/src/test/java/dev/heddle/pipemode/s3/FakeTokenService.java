package dev.heddle.pipemode.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A token service that answers AssumeRole with keys called TEMP1, TEMP2 and so on, and an S3 whose
 * every object is there and is three bytes long, which notes with which keys it was asked.
 */
final class FakeTokenService implements AutoCloseable {
  final List<Map<String, String>> questions = new CopyOnWriteArrayList<>();
  final List<String> signatures = new CopyOnWriteArrayList<>();
  final List<String> keysInS3 = new CopyOnWriteArrayList<>();
  final List<String> tokensInS3 = new CopyOnWriteArrayList<>();

  /** How long each of the keys is good for, in the order in which they are given out. */
  volatile List<Duration> lifetimes = List.of(Duration.ofHours(1));

  /** Answered before the keys, one each: an HTTP status, and AWS's code for it. */
  final List<Map.Entry<Integer, String>> refusals = new CopyOnWriteArrayList<>();

  private final HttpServer server;

  FakeTokenService() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestMethod().equals("POST")) {
        assume(exchange);
      } else {
        String signature = exchange.getRequestHeaders().getFirst("Authorization");
        keysInS3.add(signature.replaceFirst(".*Credential=([^/]+)/.*", "$1"));
        tokensInS3.add(
            String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Security-Token")));
        exchange.getResponseHeaders().set("ETag", "\"e\"");
        if (exchange.getRequestMethod().equals("HEAD")) {
          exchange.getResponseHeaders().set("Content-Length", "3");
          exchange.sendResponseHeaders(200, -1);
        } else {
          exchange.getResponseHeaders().set("Content-Range", "bytes 0-2/3");
          exchange.sendResponseHeaders(206, 3);
          exchange.getResponseBody().write(new byte[] {'a', 'b', 'c'});
        }
      }
    }
  }

  private void assume(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> question = new TreeMap<>();
    for (String pair : body.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      question.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    questions.add(question);
    signatures.add(exchange.getRequestHeaders().getFirst("Authorization"));
    if (!refusals.isEmpty()) {
      Map.Entry<Integer, String> refusal = refusals.remove(0);
      send(
          exchange,
          refusal.getKey(),
          "<ErrorResponse><Error><Type>Sender</Type><Code>"
              + refusal.getValue()
              + "</Code><Message>not this role</Message></Error></ErrorResponse>");
      return;
    }
    int number = questions.size();
    Duration lifetime = lifetimes.get(Math.min(number, lifetimes.size()) - 1);
    Instant end = Instant.now().plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
    send(
        exchange,
        200,
        """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
          <AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/train/weave</Arn>
            <AssumedRoleId>AROAEXAMPLE:weave</AssumedRoleId></AssumedRoleUser>
          <Credentials><AccessKeyId>TEMP%d</AccessKeyId><SecretAccessKey>hidden</SecretAccessKey>
            <SessionToken>token-%d</SessionToken><Expiration>%s</Expiration></Credentials>
        </AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
        </AssumeRoleResponse>
        """
            .formatted(number, number, end));
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/xml");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
