package dev.heddle.am;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DescriptionTest {
  private long now;
  private int made;
  private Duration cost = Duration.ofMillis(100);
  private boolean busy;

  private final Description description =
      new Description(
          () -> {
            if (busy) {
              throw new IOException("busy");
            }
            now += cost.toNanos();
            return "text " + ++made;
          },
          () -> now);

  @Test
  void aThousandQuestionsAMinuteTakeATenthOfAProcessor() throws IOException {
    long minute = Duration.ofMinutes(1).toNanos();
    for (int i = 0; i < 1_000; i++) {
      now = Math.max(now, i * minute / 1_000);
      description.recent();
    }
    assertTrue(made <= 61, "made " + made + " times");
    assertTrue(made >= 50, "made " + made + " times");
  }

  @Test
  void whatIsCheapIsMadeAnewForEverybody() throws IOException {
    cost = Duration.ofNanos(100);
    for (int i = 1; i <= 5; i++) {
      now += Duration.ofMillis(1).toNanos();
      assertEquals("text " + i, description.recent());
    }
  }

  @Test
  void howeverLongItTookItIsMadeAnewAfterTwoSeconds() throws IOException {
    cost = Duration.ofSeconds(30);
    assertEquals("text 1", description.recent());
    now += Duration.ofMillis(1_999).toNanos();
    assertEquals("text 1", description.recent());
    now += Duration.ofMillis(1).toNanos();
    assertEquals("text 2", description.recent());
  }

  @Test
  void theLastWordIsNeverAnOldOne() throws IOException {
    assertEquals("text 1", description.recent());
    assertEquals("text 2", description.now());
    assertEquals("text 2", description.recent());
  }

  @Test
  void whoAsksWhileItCannotBeMadeIsToldSo() throws IOException {
    busy = true;
    assertThrows(IOException.class, description::recent);
    busy = false;
    assertEquals("text 1", description.recent());
  }
}
