package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectSource;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Hands bytes on through a buffer, each time that it is full. */
final class Passage implements Target {

  /** The sink failed; trying the request again wouldn't change that. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final IOException cause;

    private Refusal(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }

  private final ByteBuffer through;
  private final ObjectSource.Sink sink;
  // What the sink has not taken yet.
  private long left;

  Passage(long length, ByteBuffer through, ObjectSource.Sink sink) {
    this.left = length;
    this.through = through;
    this.sink = sink;
  }

  @Override
  public long left() {
    return left;
  }

  /** What a former body left in the buffer is asked for again. */
  @Override
  public void begin() {
    empty();
  }

  private void empty() {
    through.clear().limit((int) Math.min(through.capacity(), left));
  }

  @Override
  public ByteBuffer room(int most) {
    return through;
  }

  @Override
  public void arrived(int bytes) {
    if (through.hasRemaining()) {
      return;
    }
    through.flip();
    int full = through.remaining();
    try {
      sink.take(through);
    } catch (IOException e) {
      throw new Refusal(e);
    }
    left -= full;
    empty();
  }
}
