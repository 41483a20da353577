package dev.heddle.client.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void figuresAreShort() {
    assertEquals("0 B", Figures.bytes(0));
    assertEquals("1023 B", Figures.bytes(1023));
    assertEquals("1.5 KiB", Figures.bytes(1536));
    assertEquals("8192.0 PiB", Figures.bytes(Long.MAX_VALUE));
    assertEquals("42 s", Figures.duration(Duration.ofSeconds(42)));
    assertEquals("1 min 5 s", Figures.duration(Duration.ofSeconds(65)));
    assertEquals("25 h 1 min", Figures.duration(Duration.ofMinutes(1501)));
    assertEquals("0 s", Figures.duration(Duration.ofSeconds(-3)));
    assertEquals("0.9611", Figures.metric(0.9611));
    assertEquals("3", Figures.metric(3.0));
    assertEquals("NaN", Figures.metric(Double.NaN));
    assertEquals("1.00000e-07", Figures.metric(1e-7));
  }

  @Test
  void aNotesOwnTimeStandsWhereATransitionsDoes() {
    assertEquals(
        "12:00:00  all hosts allocated",
        Figures.note("2026-11-24T12:00:00Z all hosts allocated", ZoneOffset.UTC));
    assertEquals("          no time here", Figures.note("no time here", ZoneOffset.UTC));
  }
}
