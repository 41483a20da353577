package dev.heddle.client;

import dev.heddle.client.cluster.Cluster;
import dev.heddle.client.cluster.ClusterRefusedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;

/** A ResourceManager that does what a test says. */
final class FakeCluster implements Cluster {
  static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

  final List<ApplicationSubmissionContext> submitted = new ArrayList<>();
  final Map<String, Application> applications = new ConcurrentHashMap<>();
  final List<String> killed = new ArrayList<>();
  List<Node> nodes = List.of(new Node("node-1:1", new Size(16384, 4, 0), Set.of()));
  Size largest = new Size(16384, 8, 0);
  Set<String> resourceTypes = Set.of("memory-mb", "vcores");
  Map<String, Queue> queues = Map.of("default", new Queue("default", true, true));
  List<Member> members = List.of();
  Set<String> closedQueues = Set.of();
  volatile boolean away;
  boolean refusesSubmission;
  private int last;

  static Application application(String id, String name, Stage stage, String diagnostics) {
    return new Application(
        id,
        name,
        System.getProperty("user.name"),
        "default",
        stage,
        stage == Stage.RUNNING
            ? Optional.of(InetSocketAddress.createUnresolved("master", 1))
            : Optional.empty(),
        diagnostics,
        START,
        stage.ended() ? Optional.of(START.plusSeconds(60)) : Optional.empty());
  }

  void put(Application application) {
    applications.put(application.id(), application);
  }

  private void reach() throws ConnectException {
    if (away) {
      throw new ConnectException(
          "Call From a to b:8032 failed on connection exception: refused;"
              + " For more details see:  http://wiki");
    }
  }

  @Override
  public Offer newApplication() throws IOException {
    reach();
    return new Offer(ApplicationId.newInstance(1, ++last), largest);
  }

  @Override
  public Optional<Queue> queue(String name) throws IOException {
    reach();
    return Optional.ofNullable(queues.get(name));
  }

  @Override
  public List<Node> runningNodes() throws IOException {
    reach();
    return nodes;
  }

  @Override
  public List<Member> members() throws IOException {
    reach();
    return members;
  }

  @Override
  public boolean maySubmit(String queue) throws IOException {
    reach();
    return !closedQueues.contains(queue);
  }

  @Override
  public Set<String> resourceTypes() throws IOException {
    reach();
    return resourceTypes;
  }

  @Override
  public void submit(ApplicationSubmissionContext application) throws IOException {
    reach();
    if (refusesSubmission) {
      throw new ClusterRefusedException("User x cannot submit to queue default", null);
    }
    submitted.add(application);
    put(
        application(
            application.getApplicationId().toString(),
            application.getApplicationName(),
            Stage.WAITING,
            ""));
  }

  @Override
  public Optional<Application> application(String id) throws IOException {
    reach();
    return Optional.ofNullable(applications.get(id));
  }

  @Override
  public List<Application> applications() throws IOException {
    reach();
    return List.copyOf(applications.values());
  }

  @Override
  public void kill(String id, String why) throws IOException {
    reach();
    killed.add(id);
    Application before = applications.get(id);
    put(
        application(
            id,
            before.name(),
            Stage.KILLED,
            "Application " + id + " was killed by user x with diagnostic message: " + why));
  }

  @Override
  public void close() {}
}
