package dev.heddle.am.yarn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
}
