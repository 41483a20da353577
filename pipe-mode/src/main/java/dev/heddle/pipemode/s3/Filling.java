package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectSource;
import java.nio.ByteBuffer;

/** Fills the rest of a buffer. */
final class Filling implements Target {
  private final ByteBuffer into;
  private final int end;
  private final ObjectSource.Arrival arrival;

  Filling(ByteBuffer into, ObjectSource.Arrival arrival) {
    this.into = into;
    this.end = into.limit();
    this.arrival = arrival;
  }

  @Override
  public long left() {
    return (long) end - into.position();
  }

  @Override
  public ByteBuffer room(int most) {
    return into.limit(Math.min(end, into.position() + most));
  }

  @Override
  public void arrived(int bytes) {
    arrival.arrived(bytes);
  }

  @Override
  public void end() {
    into.limit(end);
  }
}
