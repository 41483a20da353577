package dev.heddle.pipemode.read;

import java.io.IOException;

/** The pieces of one stream, in order. Asked by one thread at a time. */
@FunctionalInterface
public interface PieceSource {
  /**
   * The next piece, or null after the last. May wait for the store.
   *
   * @throws IOException when there is no telling what comes next; the stream fails with it
   * @throws InterruptedException when the stream was closed meanwhile
   */
  Piece next() throws IOException, InterruptedException;
}
