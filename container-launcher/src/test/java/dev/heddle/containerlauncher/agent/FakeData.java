package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.contract.OptMl;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.protocol.Order.AppendShare;
import dev.heddle.containerlauncher.protocol.Order.UploadShare;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import dev.heddle.pipemode.archive.ArchiveUpload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Data that moves when the test says so. */
final class FakeData implements HostData {
  final AtomicInteger downloads = new AtomicInteger();
  final AtomicInteger feeds = new AtomicInteger();
  final AtomicInteger uploads = new AtomicInteger();
  final AtomicInteger interrupted = new AtomicInteger();
  volatile CountDownLatch downloadGate = new CountDownLatch(0);
  volatile CountDownLatch uploadGate = new CountDownLatch(0);
  volatile IOException downloadFault;
  volatile IOException uploadFault;
  volatile boolean closed;
  volatile Consumer<IOException> onFeedFailure;
  volatile IOException feedFault;
  volatile boolean feedEnded;

  @Override
  public void download(TrainingJobRequest request, String host, List<String> hosts, OptMl tree)
      throws IOException, InterruptedException {
    pass(downloadGate, downloadFault);
    downloads.incrementAndGet();
  }

  @Override
  public void feed(
      TrainingJobRequest request,
      String host,
      List<String> hosts,
      NodePaths paths,
      Consumer<IOException> failure) {
    feeds.incrementAndGet();
    onFeedFailure = failure;
  }

  @Override
  public void endFeed() throws IOException {
    feedEnded = true;
    if (feedFault != null) {
      throw feedFault;
    }
  }

  @Override
  public ArchiveSlice upload(Path root, UploadShare share)
      throws IOException, InterruptedException {
    uploads.incrementAndGet();
    pass(uploadGate, uploadFault);
    return new ArchiveSlice(
        List.of(new UploadedPart(share.target().firstPart(), "e", survey(root).bytes())),
        Optional.of(share.tail()));
  }

  @Override
  public List<UploadedPart> append(AppendShare share) throws IOException, InterruptedException {
    pass(uploadGate, uploadFault);
    return List.of(new UploadedPart(share.target().firstPart(), "end", share.tails().size()));
  }

  private void pass(CountDownLatch gate, IOException fault)
      throws IOException, InterruptedException {
    try {
      gate.await();
    } catch (InterruptedException e) {
      interrupted.incrementAndGet();
      throw e;
    }
    if (fault != null) {
      throw fault;
    }
  }

  @Override
  public TreeSize survey(Path root) throws IOException {
    return ArchiveUpload.survey(root);
  }

  @Override
  public Progress progress() {
    return new Progress(1, 2, 3, List.of(), Optional.empty());
  }

  @Override
  public ObjectStore store() {
    throw new AssertionError("nothing here is in S3");
  }

  @Override
  public void close() {
    closed = true;
  }
}
