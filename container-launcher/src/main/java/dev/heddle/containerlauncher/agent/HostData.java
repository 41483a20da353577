package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.contract.OptMl;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.protocol.Order.AppendShare;
import dev.heddle.containerlauncher.protocol.Order.UploadShare;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.containerlauncher.runtime.FaultException;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Moves one host's data. Every call blocks, and ends soon after its thread is interrupted; {@link
 * #progress()} may be asked meanwhile by any thread.
 */
interface HostData extends AutoCloseable {

  /**
   * Copies this host's share of every File channel into the tree.
   *
   * @param hosts the names of all hosts, sorted as text
   */
  void download(TrainingJobRequest request, String host, List<String> hosts, OptMl tree)
      throws FaultException, IOException, InterruptedException;

  /**
   * Makes the first pipe of every Pipe channel and feeds them from then on, until {@link #endFeed}.
   *
   * @param onFailure told, by any thread, when a pipe that the algorithm has open can't be fed
   */
  void feed(
      TrainingJobRequest request,
      String host,
      List<String> hosts,
      NodePaths paths,
      Consumer<IOException> onFailure)
      throws FaultException, IOException, InterruptedException;

  /**
   * Ends the feed of an algorithm that has ended.
   *
   * @throws IOException when a pipe that it opened ended neither by plan nor by its reader's close:
   *     the algorithm can't have seen all its data
   */
  void endFeed() throws IOException;

  /**
   * Brings a directory to S3 as this host's share of an archive, or file by file.
   *
   * @param root may be absent
   */
  ArchiveSlice upload(Path root, UploadShare share) throws IOException, InterruptedException;

  /** Writes the last part of an archive. */
  List<UploadedPart> append(AppendShare share) throws IOException, InterruptedException;

  /**
   * @param root may be absent
   */
  TreeSize survey(Path root) throws IOException;

  Progress progress();

  /** Opened when first asked for. */
  ObjectStore store();

  /** Fails whatever still moves. */
  @Override
  void close();
}
