package dev.heddle.tests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void theMedianOfAnOddNumberIsTheMiddle() {
    assertEquals("2.00 [1.00–9.00]", new Figures(List.of(9.0, 1.0, 2.0)).text());
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheMiddleTwo() {
    assertEquals(2.5, new Figures(List.of(4.0, 3.0, 2.0, 1.0)).median());
  }
}
