package dev.heddle.client.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;

/**
 * The ResourceManager, as far as the client speaks to it. Methods throw {@link
 * ClusterRefusedException} when it refuses and another {@link IOException} when it can't be
 * reached.
 */
public interface Cluster extends Closeable {

  /** Reserves an application id. */
  Offer newApplication() throws IOException;

  /** Empty when there is no such queue. */
  Optional<Queue> queue(String name) throws IOException;

  List<Node> runningNodes() throws IOException;

  /** All nodes that the ResourceManager has in its books, whatever became of them. */
  List<Member> members() throws IOException;

  /**
   * Whether this user may submit to the queue.
   *
   * @param queue one that there is
   */
  boolean maySubmit(String queue) throws IOException;

  /** The resource types the cluster knows, such as {@code yarn.io/gpu}. */
  Set<String> resourceTypes() throws IOException;

  void submit(ApplicationSubmissionContext application) throws IOException;

  /** Empty when the ResourceManager doesn't know the application, or no longer. */
  Optional<Application> application(String id) throws IOException;

  /** Heddle's applications that the ResourceManager still remembers. */
  List<Application> applications() throws IOException;

  /**
   * @param why appears in the application's diagnostics
   */
  void kill(String id, String why) throws IOException;

  /**
   * @param largest what one container may have at most
   */
  record Offer(ApplicationId id, Size largest) {}

  /**
   * @param memoryMb MiB
   */
  record Size(long memoryMb, int vcores, long gpus) {
    public boolean holds(Size other) {
      return memoryMb >= other.memoryMb && vcores >= other.vcores && gpus >= other.gpus;
    }

    @Override
    public String toString() {
      String text = memoryMb + " MiB and " + vcores + (vcores == 1 ? " vcore" : " vcores");
      return gpus == 0 ? text : text + " and " + gpus + (gpus == 1 ? " GPU" : " GPUs");
    }
  }

  /**
   * @param size the whole node, used or not
   */
  record Node(String name, Size size, Set<String> labels) {
    public Node {
      labels = Set.copyOf(labels);
    }
  }

  /**
   * A node, running or not.
   *
   * @param web HOST:PORT of its NodeManager's web server; empty when it never registered
   * @param state YARN's name of it, such as {@code RUNNING} or {@code UNHEALTHY}
   * @param health what its health checks say; may be empty
   */
  record Member(String name, String web, String state, String health) {}

  /**
   * @param leaf whether applications can be submitted to it
   */
  record Queue(String name, boolean running, boolean leaf) {}

  /** Where an application stands. */
  enum Stage {
    /** Its ApplicationMaster doesn't run yet, or not at the moment. */
    WAITING,
    /** Its ApplicationMaster has registered. */
    RUNNING,
    FINISHED,
    FAILED,
    KILLED;

    public boolean ended() {
      return compareTo(RUNNING) > 0;
    }
  }

  /**
   * @param name the training job's name
   * @param master where the ApplicationMaster answers, while it runs
   * @param diagnostics the ResourceManager's words; may be empty
   * @param finished empty before the end
   */
  record Application(
      String id,
      String name,
      String user,
      String queue,
      Stage stage,
      Optional<InetSocketAddress> master,
      String diagnostics,
      Instant started,
      Optional<Instant> finished) {}
}
