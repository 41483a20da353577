package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Whoever holds the host's algorithm container and can run something in it. */
public interface ContainerControl {

  /**
   * @throws IOException when the order could not be given; it may be repeated
   */
  void start(ContainerSpec spec) throws IOException;

  /**
   * @throws IOException when the signal could not be sent; it may be repeated
   */
  void signal(ContainerSignal signal) throws IOException;

  /**
   * Ends what runs in the container and has a holder take its place, which makes a file at the
   * mark.
   *
   * @throws IOException when the order could not be given; it may be repeated
   */
  void hold(Path mark) throws IOException;

  /** The container's id, once it has been told to run the algorithm. */
  CompletableFuture<String> started();

  /** How it ended in this attempt; also when it never ran the algorithm. */
  CompletableFuture<AllocationEnd> ended();
}
