package dev.heddle.tests.bench.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchS3Test {
  private static final ObjectSet LARGE = new ObjectSet("large/part-", 3, 500_000);
  private static final ObjectSet MANY = new ObjectSet("many/part +&-", 2345, 16);
  private static final int CONTENT = 1 << 20;

  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path directory;
  private byte[] content;
  private BenchS3 server;

  @BeforeEach
  void start() throws IOException {
    server = server(Duration.ZERO, OptionalDouble.empty());
    content = Files.readAllBytes(directory.resolve("content"));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private BenchS3 server(Duration delay, OptionalDouble rate) throws IOException {
    Path file = directory.resolve("content");
    Content.write(file, CONTENT);
    return BenchS3.start(
        "bench",
        new Catalogue(List.of(LARGE, MANY), CONTENT),
        file,
        new BenchS3.Manner(delay, rate, Optional.empty()));
  }

  private static HttpRequest.Builder signed(BenchS3 server, String path) throws IOException {
    return HttpRequest.newBuilder(server.endpoint().resolve(path))
        .header("Authorization", "AWS4-HMAC-SHA256 Credential=test");
  }

  private HttpResponse<byte[]> get(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private String list(String query) throws IOException, InterruptedException {
    return http.send(signed(server, "/bench?list-type=2&" + query).build(), BodyHandlers.ofString())
        .body();
  }

  private byte[] object(int index) {
    int offset = (int) LARGE.offset(index, CONTENT);
    return Arrays.copyOfRange(content, offset, offset + (int) LARGE.size());
  }

  @Test
  void everyObjectHasItsOwnBytes() throws Exception {
    for (int i = 0; i < LARGE.count(); i++) {
      HttpResponse<byte[]> answer = get(signed(server, "/bench/" + LARGE.key(i)));
      assertEquals(200, answer.statusCode());
      assertArrayEquals(object(i), answer.body());
    }
    assertFalse(Arrays.equals(object(0), object(1)));
  }

  @Test
  void aRangeIsExactlyTheBytesThatWereAskedFor() throws Exception {
    HttpResponse<byte[]> answer =
        get(signed(server, "/bench/" + LARGE.key(1)).header("Range", "bytes=1000-300999"));
    assertEquals(206, answer.statusCode());
    assertEquals(
        "bytes 1000-300999/500000", answer.headers().firstValue("content-range").orElse(""));
    assertArrayEquals(Arrays.copyOfRange(object(1), 1000, 301_000), answer.body());
    HttpResponse<byte[]> rest =
        get(signed(server, "/bench/" + LARGE.key(1)).header("Range", "bytes=499990-"));
    assertArrayEquals(Arrays.copyOfRange(object(1), 499_990, 500_000), rest.body());
    HttpResponse<byte[]> behind =
        get(signed(server, "/bench/" + LARGE.key(1)).header("Range", "bytes=500000-"));
    assertEquals(416, behind.statusCode());
  }

  @Test
  void anObjectWithAnotherTagThanWantedIsRefused() throws Exception {
    String path = "/bench/" + LARGE.key(2);
    HttpResponse<byte[]> head = get(signed(server, path).method("HEAD", BodyPublishers.noBody()));
    assertEquals("500000", head.headers().firstValue("content-length").orElse(""));
    String tag = head.headers().firstValue("etag").orElseThrow();
    assertEquals(200, get(signed(server, path).header("If-Match", tag)).statusCode());
    HttpResponse<byte[]> other = get(signed(server, path).header("If-Match", "\"other\""));
    assertEquals(412, other.statusCode());
    assertTrue(
        new String(other.body(), StandardCharsets.UTF_8)
            .contains("<Code>PreconditionFailed</Code>"));
  }

  @Test
  void anUnsignedRequestIsRefused() throws Exception {
    HttpResponse<byte[]> answer =
        get(HttpRequest.newBuilder(server.endpoint().resolve("/bench/" + LARGE.key(0))));
    assertEquals(403, answer.statusCode());
    assertTrue(
        new String(answer.body(), StandardCharsets.UTF_8).contains("<Code>AccessDenied</Code>"));
  }

  @Test
  void aMissingKeyIsTold() throws Exception {
    HttpResponse<byte[]> answer = get(signed(server, "/bench/nothing"));
    assertEquals(404, answer.statusCode());
    assertTrue(
        new String(answer.body(), StandardCharsets.UTF_8).contains("<Code>NoSuchKey</Code>"));
  }

  @Test
  void aLongListComesInPagesThatMissNothing() throws Exception {
    List<String> keys = new ArrayList<>();
    String token = "";
    int pages = 0;
    do {
      String page =
          list(
              "prefix=many/&encoding-type=url"
                  + (token.isEmpty() ? "" : "&continuation-token=" + token));
      all(page, "Key").forEach(keys::add);
      token =
          all(page, "NextContinuationToken").stream()
              .map(t -> t.replace("&amp;", "&"))
              .map(t -> URLEncoder.encode(t, StandardCharsets.UTF_8))
              .findFirst()
              .orElse("");
      pages++;
    } while (!token.isEmpty());
    assertEquals(3, pages);
    assertEquals(MANY.count(), keys.size());
    assertEquals("many/part%20%2B%26-000000", keys.get(0));
    assertEquals("many/part%20%2B%26-002344", keys.get(2344));
  }

  @Test
  void aDelimiterGathersKeys() throws Exception {
    String page = list("delimiter=/");
    assertEquals(List.of(), all(page, "Key"));
    assertTrue(page.contains("<CommonPrefixes><Prefix>large/</Prefix></CommonPrefixes>"), page);
    assertTrue(page.contains("<CommonPrefixes><Prefix>many/</Prefix></CommonPrefixes>"), page);
    assertEquals(LARGE.count(), all(list("delimiter=/&prefix=large/"), "Key").size());
  }

  private static List<String> all(String xml, String element) {
    Matcher matcher = Pattern.compile("<" + element + ">([^<]*)</" + element + ">").matcher(xml);
    List<String> texts = new ArrayList<>();
    while (matcher.find()) {
      texts.add(matcher.group(1));
    }
    return texts;
  }

  @Test
  void aFarAwayServerTakesItsTime() throws Exception {
    try (BenchS3 slow = server(Duration.ofMillis(50), OptionalDouble.of(5e6))) {
      long started = System.nanoTime();
      assertArrayEquals(object(0), get(signed(slow, "/bench/" + LARGE.key(0))).body());
      double seconds = (System.nanoTime() - started) / 1e9;
      // The last portion leaves before its time is over.
      double least = 0.05 + (LARGE.size() - Pace.PORTION) / 5e6 - 0.01;
      assertTrue(seconds >= least, seconds + " s instead of " + least);
    }
  }
}
