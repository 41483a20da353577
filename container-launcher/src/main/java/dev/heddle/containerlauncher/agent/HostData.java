package dev.heddle.containerlauncher.agent;

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
