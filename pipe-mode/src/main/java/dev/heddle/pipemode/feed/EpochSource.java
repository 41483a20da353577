package dev.heddle.pipemode.feed;

import java.io.IOException;

/** A channel's data on one host, epoch by epoch. */
@FunctionalInterface
public interface EpochSource {
  /**
   * Begins to read an epoch.
   *
   * @param epoch from 0
   */
  EpochBytes open(int epoch) throws IOException, InterruptedException;
}
