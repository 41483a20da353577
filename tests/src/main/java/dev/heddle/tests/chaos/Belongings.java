package dev.heddle.tests.chaos;

import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.SmallDisk;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * What a run has beside its job, on the machine; it goes with the run, and when that is broken off.
 */
final class Belongings implements AutoCloseable {
  private static final int DISK_MEGABYTES = 500;

  /** Before the cluster goes. */
  private static final int PRIORITY = 110;

  private static final int SECONDS = 30;

  private final Map<String, SmallDisk> disks = new ConcurrentHashMap<>();
  private final Runnable hook = this::leave;
  private volatile ChaosJob job;

  Belongings() {
    ShutdownHookManager.get().addShutdownHook(hook, PRIORITY, SECONDS, TimeUnit.SECONDS);
  }

  /** From now on each node has a disk of its own that can be filled. */
  void takeDisks(EmbeddedCluster cluster) throws IOException, InterruptedException {
    for (String node : cluster.nodes()) {
      disks.put(node, SmallDisk.at(cluster.localDirectory(node), DISK_MEGABYTES));
    }
  }

  /** The nodes' disks by the nodes' names; none when there was no need of them. */
  Map<String, SmallDisk> disks() {
    return disks;
  }

  /** The job's client ends with the run. */
  void take(ChaosJob itsJob) {
    job = itsJob;
  }

  void giveDisksBack() throws IOException {
    for (String node : List.copyOf(disks.keySet())) {
      disks.remove(node).close();
    }
  }

  private void leave() {
    try {
      close();
    } catch (IOException e) {
      System.err.println("tests/chaos: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    if (!ShutdownHookManager.get().isShutdownInProgress()) {
      ShutdownHookManager.get().removeShutdownHook(hook);
    }
    if (job != null) {
      job.waiting().destroy();
    }
    giveDisksBack();
  }
}
