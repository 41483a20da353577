package dev.heddle.pipemode.feed;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Moves one epoch's bytes. */
final class EpochCopy {
  private EpochCopy() {}

  /** True when all went through, false when the reader closed before. */
  static boolean copy(EpochBytes bytes, ByteSink sink, FlowMeter meter)
      throws IOException, InterruptedException {
    while (true) {
      meter.waitsForData();
      ByteBuffer next = bytes.next();
      meter.hasData();
      if (next == null) {
        return true;
      }
      int length = next.remaining();
      if (!sink.write(next)) {
        return false;
      }
      meter.wrote(length, bytes.objects(), bytes.storedBytes());
    }
  }
}
