package dev.heddle.tests.bench.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostLogTest {
  private static HostLog log(int... rates) {
    List<String> lines = new java.util.ArrayList<>(List.of("Launching docker container..."));
    for (int i = 0; i < rates.length; i++) {
      lines.add(
          "epoch=%d loss=0.1234 validation-accuracy=0.97 rows-per-second=%d"
              .formatted(i + 1, rates[i]));
    }
    lines.add("wrote /opt/ml/model/model.pt, 43391 bytes");
    return HostLog.parse(lines);
  }

  @Test
  void theRateIsThatOfTheEpochsTimesTogether() {
    // 100 rows in 1 s and 100 in 0.25 s; what warms up and what comes last is far from it.
    assertEquals(160, log(1, 100, 400, 9).rate(), 0.001);
  }

  @Test
  void theFirstQuarterWarmsUp() {
    assertEquals(50, log(1, 1, 50, 50, 50, 50, 50, 1).rate(), 0.001);
    assertEquals(50, log(1, 1, 1, 50, 50, 50, 50, 50, 1).rate(), 0.001);
  }

  @Test
  void aLogTellsOfAnEpochOnceItsLineIsThere(@TempDir Path temp) throws Exception {
    Path log = temp.resolve("stdout");
    assertFalse(HostLog.tellsOfAnEpoch(log));
    Files.writeString(log, "algo-1 of 2 has PyTorch after 1.0 s\nepoch=1 loss=0.9");
    assertFalse(HostLog.tellsOfAnEpoch(log));
    Files.writeString(
        log, " validation-accuracy=0.90 rows-per-second=9\n", StandardOpenOption.APPEND);
    assertTrue(HostLog.tellsOfAnEpoch(log));
  }

  @Test
  void aLogOfTwoEpochsHasNoRate() {
    assertThrows(IllegalStateException.class, () -> log(100, 100).rate());
  }

  @Test
  void theAccuracyIsTheLastEpochs() {
    assertEquals(0.97, log(1, 2).accuracy());
  }
}
