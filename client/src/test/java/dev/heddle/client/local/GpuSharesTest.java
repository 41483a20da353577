package dev.heddle.client.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuSharesTest {
  @Test
  void hostsHaveTheirOwnAsFarAsTheyReach() {
    GpuShares shares = GpuShares.of(2, 4);
    assertEquals(List.of("0", "1"), shares.of("algo-1"));
    assertEquals(List.of("2", "3"), shares.of("algo-2"));
    assertEquals(List.of("0", "1"), shares.of("algo-3"));
    assertFalse(shares.shared(2));
    assertTrue(shares.shared(3));
  }

  @Test
  void aHostHasNoMoreThanThereAre() {
    assertEquals(List.of("0"), GpuShares.of(8, 1).of("algo-2"));
    assertEquals(List.of(), GpuShares.of(8, 0).of("algo-2"));
    assertEquals(List.of(), GpuShares.of(0, 8).of("algo-1"));
  }

  @Test
  void theDriverTellsHowManyThereAre(@TempDir Path driver) throws IOException {
    assertEquals(0, GpuShares.present(driver.resolve("none")));
    Files.createDirectories(driver.resolve("0000:01:00.0"));
    Files.createDirectories(driver.resolve("0000:02:00.0"));
    assertEquals(2, GpuShares.present(driver));
  }
}
