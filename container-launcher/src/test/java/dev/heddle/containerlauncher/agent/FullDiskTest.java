package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.runtime.FaultException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
  private static final long GIB = 1 << 30;

  @Test
  void whoHasFilledItsVolumeHasFailedByItself() throws Exception {
    assertEquals(
        "the node's disk is full, of which /opt/ml has 3.50 GB: VolumeSizeInGB is 3",
        FullDisk.judge(3 * GIB + GIB / 2, 3 * GIB));
  }

  @Test
  void whoHasUsedLessThanItsVolumeHasFailedBecauseOfTheNode() {
    Fault fault = assertThrows(FaultException.class, () -> FullDisk.judge(GIB / 4, GIB)).fault();
    assertEquals(
        new Fault(
            Fault.Blame.PLATFORM,
            "The algorithm failed, and the node's disk is full, of which /opt/ml has only"
                + " 0.25 GB."),
        fault);
  }

  @Test
  void whereThereIsRoomNothingIsSaid(@TempDir Path tree) throws Exception {
    assertEquals("", FullDisk.remark(tree, 1));
  }
}
