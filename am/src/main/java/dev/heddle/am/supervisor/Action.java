package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.UploadedPart;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What the supervisor wants done; whoever carries it out reports back by events. */
public sealed interface Action {

  /** Ask the cluster for so many more hosts. */
  record RequestHosts(int count) implements Action {}

  /** Take back what is asked for and not yet allocated. */
  record CancelRequests() implements Action {}

  /** Take no host from the node for a while, as far as there are others. */
  record Avoid(String node, Duration time) implements Action {}

  /** Have the allocation, whose algorithm has ended, ready for another one. */
  record Renew(String allocation) implements Action {}

  /** List the checkpoints as they are in S3 now: from that listing the hosts begin the attempt. */
  record ListCheckpoints(int attempt) implements Action {}

  /** Give an allocation back, running or not. */
  record Release(String allocation) implements Action {}

  /** Start the agent of a host in its allocation. */
  record Launch(String allocation, String host) implements Action {}

  /** Make this the current order of the agent in the allocation. */
  record Give(String allocation, Order order) implements Action {}

  /**
   * Open one multipart upload for each archive.
   *
   * @param merge which of the job's merges it is for, from 1; the answer has it, too
   */
  record OpenUploads(int merge, Map<String, ObjectUri> archives) implements Action {
    public OpenUploads {
      archives = Map.copyOf(archives);
    }
  }

  /** Complete the uploads, then remove the temporary tails. */
  record CompleteUploads(int merge, List<CompletedArchive> archives, List<ObjectUri> tails)
      implements Action {
    public CompleteUploads {
      archives = List.copyOf(archives);
      tails = List.copyOf(tails);
    }
  }

  /** Give the uploads up and remove the temporary tails; nothing comes back. */
  record AbortUploads(Map<ObjectUri, String> uploads, List<ObjectUri> tails) implements Action {
    public AbortUploads {
      uploads = Map.copyOf(uploads);
      tails = List.copyOf(tails);
    }
  }

  /** The job's record has changed in a way that must be kept. */
  record KeepRecord() implements Action {}

  /** All is done: unregister with this end. */
  record Finish(SecondaryStatus status, String reason) implements Action {}

  /**
   * An archive whose parts are all there.
   *
   * @param parts ascending by number
   */
  record CompletedArchive(ObjectUri object, String uploadId, List<UploadedPart> parts) {
    public CompletedArchive {
      parts = List.copyOf(parts);
    }
  }
}
