package dev.heddle.pipemode.s3;

import java.nio.ByteBuffer;

/** Where the bytes of a range go, in their order. */
interface Target {
  /** How many it still needs; a request asks for so many. */
  long left();

  /** The body of a request for all that is left follows. */
  default void begin() {}

  /**
   * Where the next bytes of the body go, with room for 1 or more, and for none beyond its end.
   *
   * @param most how much room is asked for
   */
  ByteBuffer room(int most);

  /** So many bytes were put there. */
  void arrived(int bytes);

  /** No more bytes of this body follow. */
  default void end() {}
}
