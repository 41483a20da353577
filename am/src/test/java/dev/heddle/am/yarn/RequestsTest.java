package dev.heddle.am.yarn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.yarn.api.records.ApplicationAttemptId;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.NodeId;
import org.apache.hadoop.yarn.api.records.Resource;
import org.junit.jupiter.api.Test;

class RequestsTest {
  private static final Resource HOST = Resource.newInstance(1024, 1);

  private final FakeResourceManager manager = new FakeResourceManager();

  private Requests requests(boolean spread) {
    return new Requests(manager, HOST, null, spread, new NodeRequests(manager, Map.of()));
  }

  private static Container on(String node, int number) {
    ApplicationAttemptId attempt =
        ApplicationAttemptId.newInstance(ApplicationId.newInstance(1, 1), 1);
    return Container.newInstance(
        ContainerId.newContainerId(attempt, number),
        NodeId.newInstance(node, 1),
        "",
        HOST,
        Ask.HOST.priority(),
        null);
  }

  @Test
  void whatIsServedIsNotAskedForAgain() {
    Requests requests = requests(true);
    requests.add(3);
    assertEquals(2, requests.match(List.of(on("a", 1), on("b", 2))).size());
    assertEquals(1, manager.asked.size());
    assertTrue(requests.pending());
    assertEquals(1, requests.match(List.of(on("c", 3))).size());
    assertTrue(manager.asked.isEmpty());
    assertFalse(requests.pending());
  }

  @Test
  void aNodeThatHasAHostIsExcluded() {
    Requests requests = requests(true);
    requests.add(2);
    requests.match(List.of(on("a", 1)));
    assertEquals(Set.of("a", "a:1"), manager.excluded);
  }

  @Test
  void aSecondHostOnOneNodeIsGivenBackAndAskedForAgain() {
    Requests requests = requests(true);
    requests.add(2);
    List<Container> kept = requests.match(List.of(on("a", 1), on("a", 2)));
    assertEquals(List.of(on("a", 1)), kept);
    assertEquals(List.of(on("a", 2).getId()), manager.released);
    assertEquals(1, manager.asked.size());
    assertTrue(requests.pending());
  }

  @Test
  void nodesThatShareAMachineAreDifferentNodes() {
    Requests requests = requests(true);
    requests.add(2);
    Container other = on("a", 2);
    other.setNodeId(NodeId.newInstance("a", 2));
    assertEquals(2, requests.match(List.of(on("a", 1), other)).size());
    assertTrue(manager.released.isEmpty());
  }

  @Test
  void packedHostsShareANode() {
    Requests requests = requests(false);
    requests.add(2);
    assertEquals(2, requests.match(List.of(on("a", 1), on("a", 2))).size());
    assertTrue(manager.excluded.isEmpty());
  }

  @Test
  void whatWasNotAskedForIsGivenBack() {
    Requests requests = requests(true);
    requests.add(1);
    assertEquals(1, requests.match(List.of(on("a", 1), on("b", 2))).size());
    assertEquals(List.of(on("b", 2).getId()), manager.released);
  }

  @Test
  void aReleasedHostsNodeMayServeAgain() {
    Requests requests = requests(true);
    requests.add(2);
    requests.match(List.of(on("a", 1)));
    requests.release(on("a", 1).getId());
    assertTrue(manager.excluded.isEmpty());
    assertEquals(List.of(on("a", 1).getId()), manager.released);
    requests.cancel();
    assertTrue(manager.asked.isEmpty());
  }

  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

  @Test
  void anAvoidedNodeIsExcludedForItsTime() {
    Requests requests = requests(true);
    requests.tick(NOW, 3);
    requests.add(1);
    requests.avoid(NodeId.newInstance("a", 1), NOW.plusSeconds(60));
    assertEquals(Set.of("a", "a:1"), manager.excluded);
    requests.tick(NOW.plusSeconds(59), 3);
    assertFalse(manager.excluded.isEmpty());
    requests.tick(NOW.plusSeconds(60), 3);
    assertTrue(manager.excluded.isEmpty());
  }

  @Test
  void avoidedNodesAreForgivenWhereTheHostsNeedThem() {
    Requests requests = requests(true);
    requests.tick(NOW, 3);
    requests.avoid(NodeId.newInstance("a", 1), NOW.plusSeconds(60));
    requests.avoid(NodeId.newInstance("b", 1), NOW.plusSeconds(120));
    requests.add(2);
    assertEquals(Set.of("b", "b:1"), manager.excluded, "the suspicion that ends first goes first");
    requests.match(List.of(on("c", 1)));
    assertEquals(Set.of("b", "b:1", "c", "c:1"), manager.excluded, "a is left for the second");
  }

  @Test
  void aLostNodeMayMakeAnAvoidedOneNeeded() {
    Requests requests = requests(false);
    requests.tick(NOW, 2);
    requests.avoid(NodeId.newInstance("a", 1), NOW.plusSeconds(60));
    requests.add(5);
    assertEquals(Set.of("a", "a:1"), manager.excluded);
    requests.tick(NOW, 1);
    assertTrue(manager.excluded.isEmpty());
  }
}
