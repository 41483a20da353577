package dev.heddle.pipemode;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;

class DiskReserveTest {
  private static final Path PLACE = Path.of("/data");

  private static DiskReserve of(int percent, long total, long usable) {
    return new DiskReserve(percent, directory -> new DiskReserve.Space(total, usable));
  }

  @Test
  void whatFitsBesideTheReserveIsLetThrough() {
    assertDoesNotThrow(() -> of(10, 1000, 300).require(PLACE, 200, "It"));
  }

  @Test
  void oneByteMoreIsRefusedWithBothNumbers() {
    DiskFullException refused =
        assertThrows(
            DiskFullException.class,
            () -> of(10, 1000, 300).require(PLACE, 201, "Channel \"train\""));
    assertEquals(
        "Channel \"train\" needs 201 bytes, but only 200 bytes are available in /data (300 bytes"
            + " are free there, of which 10 % of the disk, 100 bytes, stay free as"
            + " heddle.disk.reserve-percent says, because a NodeManager whose disk is fuller takes"
            + " its node out of service); give the job a larger disk or less data.",
        refused.getMessage());
  }

  @Test
  void aDiskThatIsBeyondItsReserveHasNothing() {
    DiskFullException refused =
        assertThrows(DiskFullException.class, () -> of(50, 1000, 300).require(PLACE, 1, "It"));
    assertTrue(refused.getMessage().contains("only 0 bytes are available"));
    assertDoesNotThrow(() -> of(50, 1000, 300).require(PLACE, 0, "It"));
  }

  @Test
  void theDiskOfADirectoryIsAsked() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    DiskReserve.percent(0).require(here, 1, "It");
    assertThrows(
        DiskFullException.class, () -> DiskReserve.percent(0).require(here, Long.MAX_VALUE, "It"));
  }

  @Test
  void aWriteToAFullDeviceIsToldAsAFullDisk() {
    Path full = Path.of("/dev/full");
    IOException raw =
        assertThrows(
            IOException.class,
            () -> {
              try (FileChannel out = FileChannel.open(full, StandardOpenOption.WRITE)) {
                out.write(ByteBuffer.allocate(1));
              }
            });
    IOException told = DiskFullException.explain(raw, full);
    assertInstanceOf(DiskFullException.class, told);
    assertTrue(told.getMessage().contains("/dev/full"));
  }

  @Test
  void otherFailuresStayWhatTheyAre() {
    IOException other = new IOException("Input/output error");
    assertSame(other, DiskFullException.explain(other, PLACE));
    IOException quota =
        new ObjectStoreException(ObjectStoreException.Kind.REFUSED, "quota exceeded", null);
    assertSame(quota, DiskFullException.explain(quota, PLACE));
  }
}
