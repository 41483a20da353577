package dev.heddle.pipemode.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlowMeterTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  // Far from 0, as a real one is.
  private long now = 1_000_000 * SECOND;
  private final FlowMeter meter = new FlowMeter("train", () -> now);

  private void pass(long seconds) {
    now += seconds * SECOND;
  }

  @Test
  void waitsOnDataAndOnTheReaderAreToldApart() {
    meter.begin(0);
    pass(100);
    meter.opened();
    meter.waitsForData();
    pass(3);
    meter.hasData();
    pass(5);
    meter.wrote(1000, 1, 700);
    FeedStatus status = meter.status();
    assertEquals(3 * SECOND, status.dataWaitNanos());
    assertEquals(5 * SECOND - 1000, status.readerWaitNanos());
    assertEquals(1000, status.bytes());
    assertEquals(1, status.objects());
    assertEquals(700, status.storedBytes());
    assertEquals(1000 / 8.0, status.bytesPerSecond(), 1e-6);
  }

  @Test
  void aWaitThatIsNotOverYetCounts() {
    meter.begin(0);
    meter.opened();
    meter.waitsForData();
    pass(4);
    assertEquals(4 * SECOND, meter.status().dataWaitNanos());
    assertEquals(0, meter.status().readerWaitNanos());
    meter.hasData();
    pass(6);
    assertEquals(4 * SECOND, meter.status().dataWaitNanos());
    assertEquals(6 * SECOND, meter.status().readerWaitNanos());
  }

  @Test
  void anOpenPipeThatHasNoDataToWaitForStillWaitsForData() {
    meter.begin(0);
    meter.opened();
    pass(2);
    assertTrue(meter.status().open());
    assertEquals(2 * SECOND, meter.status().dataWaitNanos());
    assertEquals(0, meter.status().readerWaitNanos());
  }

  @Test
  void aWriteThatTakesNoLongerThanCopyingHasNotWaited() {
    meter.begin(0);
    meter.opened();
    meter.waitsForData();
    meter.hasData();
    now += 900;
    meter.wrote(1000, 0, 1000);
    assertEquals(0, meter.status().readerWaitNanos());
  }

  @Test
  void anEndedEpochKeepsItsRateUntilTheNextFlows() {
    meter.begin(0);
    meter.opened();
    meter.waitsForData();
    meter.hasData();
    pass(2);
    meter.wrote(4000, 2, 4000);
    String line = meter.ended(true);
    assertTrue(line.startsWith("channel train epoch 0: read to its end: 4000 bytes"), line);
    pass(50);
    assertEquals(2000, meter.status().bytesPerSecond(), 1e-6);
    assertFalse(meter.status().open());
    meter.begin(1);
    pass(50);
    FeedStatus waiting = meter.status();
    assertEquals(1, waiting.epoch());
    assertEquals(2000, waiting.bytesPerSecond(), 1e-6);
    assertEquals(0, waiting.bytes());
    assertEquals(4000, waiting.totalBytes());
    meter.opened();
    meter.waitsForData();
    meter.hasData();
    pass(1);
    meter.wrote(300, 1, 100);
    FeedStatus flowing = meter.status();
    assertEquals(300, flowing.bytesPerSecond(), 1e-6);
    assertEquals(4300, flowing.totalBytes());
    assertEquals(4100, flowing.storedBytes());
    assertEquals(3 * SECOND - 4300, flowing.readerWaitNanos());
    assertTrue(meter.ended(false).contains("closed early by its reader"));
  }
}
