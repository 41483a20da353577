package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.retry.Attempts;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class RetryTest {
  private long now = 5;
  private double random = 1;
  private final List<Duration> pauses = new ArrayList<>();
  private final Retry retry =
      new Retry(
          Duration.ofSeconds(60),
          new Retry.Timing(
              () -> now,
              time -> {
                pauses.add(time);
                now += time.toNanos();
              },
              () -> random));

  private static S3Exception answer(int status, String code) {
    return (S3Exception)
        S3Exception.builder()
            .statusCode(status)
            .awsErrorDetails(
                AwsErrorDetails.builder().errorCode(code).errorMessage("So it is.").build())
            .build();
  }

  private ObjectStoreException endOf(Exception failure, AtomicInteger calls) {
    return assertThrows(
        ObjectStoreException.class,
        () ->
            retry.call(
                "read s3://b/k",
                () -> {
                  calls.incrementAndGet();
                  if (failure instanceof IOException e) {
                    throw e;
                  }
                  throw (RuntimeException) failure;
                }));
  }

  @Test
  void pausesDoubleUpToACapUntilTheTimeIsOver() {
    AtomicInteger calls = new AtomicInteger();
    ObjectStoreException end = endOf(answer(503, "SlowDown"), calls);
    assertEquals(
        List.of(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 10_000L, 10_000L, 10_000L, 10_000L),
        pauses.subList(0, 11).stream().map(Duration::toMillis).toList());
    assertEquals(Duration.ofSeconds(60), pauses.stream().reduce(Duration.ZERO, Duration::plus));
    assertEquals(pauses.size() + 1, calls.get());
    assertEquals(Kind.UNREACHABLE, end.kind());
    assertEquals(
        "Could not read s3://b/k: S3 answers So it is. [SlowDown, HTTP 503] (tried for 60 s).",
        end.getMessage());
  }

  @Test
  void halfOfAPauseIsLeftToChance() {
    random = 0;
    endOf(answer(500, "InternalError"), new AtomicInteger());
    assertEquals(Duration.ofMillis(50), pauses.get(0));
    assertEquals(Duration.ofSeconds(5), pauses.get(8));
  }

  @Test
  void whatPassesIsTriedAgain() {
    List<Exception> passing =
        List.of(
            answer(500, "InternalError"),
            answer(503, "SlowDown"),
            answer(429, "TooManyRequests"),
            answer(400, "RequestTimeout"),
            answer(200, "InternalError"),
            new IOException("connection reset"),
            new SocketTimeoutException("Read timed out"),
            SdkClientException.create("wrapped", new IOException("refused")));
    for (Exception failure : passing) {
      AtomicInteger calls = new AtomicInteger();
      assertEquals(Kind.UNREACHABLE, endOf(failure, calls).kind(), failure.toString());
      assertTrue(calls.get() > 5, failure.toString());
    }
  }

  @Test
  void whatIsFinalIsToldAtOnce() {
    record Case(Exception failure, Kind kind) {}
    List<Case> cases =
        List.of(
            new Case(answer(403, "AccessDenied"), Kind.ACCESS_DENIED),
            new Case(answer(400, "ExpiredToken"), Kind.ACCESS_DENIED),
            new Case(answer(404, "NoSuchKey"), Kind.NOT_FOUND),
            new Case(answer(404, "NoSuchBucket"), Kind.NOT_FOUND),
            new Case(answer(412, "PreconditionFailed"), Kind.CHANGED),
            new Case(answer(301, "PermanentRedirect"), Kind.REFUSED),
            new Case(answer(400, "EntityTooLarge"), Kind.REFUSED),
            new Case(new LocalFileException("no such file", null), Kind.REFUSED),
            new Case(
                new IOException("handshake", new CertificateException("unknown issuer")),
                Kind.UNREACHABLE),
            new Case(
                SdkClientException.create("Unable to load credentials from any provider"),
                Kind.ACCESS_DENIED));
    for (Case each : cases) {
      AtomicInteger calls = new AtomicInteger();
      ObjectStoreException end = endOf(each.failure(), calls);
      assertEquals(1, calls.get(), end.getMessage());
      assertEquals(each.kind(), end.kind(), end.getMessage());
      assertTrue(end.getMessage().startsWith("Could not read s3://b/k: "), end.getMessage());
      assertTrue(end.getMessage().endsWith("."), end.getMessage());
      assertFalse(end.getMessage().contains("tried for"), end.getMessage());
    }
    assertEquals(List.of(), pauses);
  }

  @Test
  void progressGivesTheWholeTimeAgain() throws Exception {
    Attempts attempts = retry.attempts("read s3://b/k");
    IOException failure = new IOException("reset");
    for (int i = 0; i < 20; i++) {
      now += Duration.ofSeconds(50).toNanos();
      attempts.failed(failure);
      attempts.progressed();
    }
    assertEquals(20, pauses.size());
    assertEquals(Duration.ofMillis(100), pauses.get(19));
  }

  @Test
  void aCallThatSucceedsInTheEndIsASuccess() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    String result =
        retry.call(
            "read s3://b/k",
            () -> {
              if (calls.incrementAndGet() < 4) {
                throw new IOException("refused");
              }
              return "ok";
            });
    assertEquals("ok", result);
    assertEquals(3, pauses.size());
  }

  @Test
  void anInterruptedPauseEndsItWithTheFlagSet() {
    Retry interrupted =
        new Retry(
            Duration.ofHours(1),
            new Retry.Timing(
                () -> 0,
                time -> {
                  throw new InterruptedException();
                },
                () -> 1));
    assertThrows(
        ObjectStoreException.class,
        () ->
            interrupted.call(
                "read s3://b/k",
                () -> {
                  throw new IOException("refused");
                }));
    assertTrue(Thread.interrupted());
  }

  @Test
  void aSingleTryIsASingleTry() {
    AtomicInteger calls = new AtomicInteger();
    assertThrows(
        ObjectStoreException.class,
        () ->
            retry
                .once()
                .call(
                    "give up",
                    () -> {
                      calls.incrementAndGet();
                      throw answer(503, "SlowDown");
                    }));
    assertEquals(1, calls.get());
  }
}
