package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import dev.heddle.containerlauncher.protocol.LogRequest;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Order.AppendShare;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The agent with real algorithms. */
class AgentTest extends AgentFixture {
  @Test
  void aHostGoesThroughAllPhasesAndLeaves() throws Exception {
    image(
        "echo 'acc=0.5;'; echo 'acc=0.75;'; cat /opt/ml/input/config/resourceconfig.json;"
            + " printf 12345 >/opt/ml/model/w; printf x >/opt/ml/output/data/o;"
            + " getent ahostsv4 algo-2 | grep -q 127.0.0.9");
    channel = true;
    launch();
    await(AgentPhase.READY);
    assertTrue(Files.exists(paths.tree().config().resolve("hyperparameters.json")));
    assertFalse(Files.exists(paths.tree().config().resolve("resourceconfig.json")));
    start(2);
    AgentReport exited = await(AgentPhase.EXITED);
    assertEquals(
        Optional.of(
            new AlgorithmExit(0, false, "", "", false, new TreeSize(1, 5), new TreeSize(1, 1))),
        exited.exit());
    assertEquals(2, exited.orderDone());
    assertEquals(0.75, exited.metrics().get(0).value());
    assertTrue(Files.readString(paths.stdout()).contains("\"network_interface_name\":\"eth7\""));
    am.order(new Order.Upload(3, Map.of("model.tar.gz", share("u"))));
    AgentReport uploaded = await(r -> r.phase() == AgentPhase.UPLOADED && r.orderDone() == 3);
    assertEquals(
        Map.of(
            "model.tar.gz",
            new ArchiveSlice(List.of(new UploadedPart(4, "e", 5)), Optional.of(share("u").tail()))),
        uploaded.slices());
    am.order(
        new Order.Append(
            4, Map.of("model.tar.gz", new AppendShare(target("u"), List.of(share("u").tail())))));
    AgentReport appended = await(r -> r.orderDone() == 4);
    assertEquals(
        List.of(new UploadedPart(4, "end", 1)), appended.slices().get("model.tar.gz").parts());
    am.order(new Order.Leave(5));
    assertEquals(Agent.LEFT, end.get(20, TimeUnit.SECONDS));
    assertTrue(data.closed);
    List<AgentPhase> phases = am.reports().stream().map(AgentReport::phase).distinct().toList();
    assertEquals(
        phases.stream().sorted().toList().subList(0, 5), phases.subList(0, 5), "up to EXITED");
    assertEquals(1, data.uploads.get());
  }

  @Test
  void anAlgorithmWhosePipeCannotBeFedIsStoppedAndItsExitDoesNotCount() throws Exception {
    image("trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done");
    channel = true;
    launch();
    await(AgentPhase.READY);
    start(2);
    await(AgentPhase.RUNNING);
    Awaitility.await().until(() -> Files.readString(paths.stdout()).contains("up"));
    data.feedFault =
        new ObjectStoreException(ObjectStoreException.Kind.CHANGED, "s3://b/k was replaced", null);
    data.onFeedFailure.accept(data.feedFault);
    AgentReport exited = await(AgentPhase.EXITED);
    assertEquals(
        Optional.of(new Fault(Fault.Blame.CLIENT, "s3://b/k was replaced")), exited.fault());
    assertTrue(data.feedEnded);
  }

  @Test
  void anExitOfZeroDoesNotCountWhenAPipeDidNotEndByPlan() throws Exception {
    image("exit 0");
    channel = true;
    data.feedFault =
        new ObjectStoreException(ObjectStoreException.Kind.NOT_FOUND, "s3://b/k is gone", null);
    launch();
    await(AgentPhase.READY);
    start(2);
    AgentReport exited = await(AgentPhase.EXITED);
    assertEquals(Optional.of(new Fault(Fault.Blame.CLIENT, "s3://b/k is gone")), exited.fault());
  }

  @Test
  void aPhaseChangeIsReportedAtOnce() throws Exception {
    am = new FakeAm(LONG);
    image("exit 0");
    launch();
    await(AgentPhase.READY);
  }

  @Test
  void aFailureFileAndAnExitCodeAreReported() throws Exception {
    image("echo 'no data' >/opt/ml/output/failure; exit 3");
    running();
    AgentReport exited = await(AgentPhase.EXITED);
    assertEquals(3, exited.exit().orElseThrow().code());
    assertEquals("no data", exited.exit().orElseThrow().failureText());
    assertEquals(Optional.empty(), exited.fault());
  }

  @Test
  void aStopIsTermFirst() throws Exception {
    image("trap 'exit 5' TERM; echo up; while :; do sleep 0.02; done");
    running();
    awaitLog("up\n");
    am.order(new Order.Stop(3, LONG));
    AgentReport exited = await(r -> r.phase() == AgentPhase.EXITED && r.orderDone() == 3);
    assertEquals(5, exited.exit().orElseThrow().code());
    assertTrue(exited.exit().orElseThrow().stopped());
  }

  @Test
  void anAlgorithmThatIgnoresTheStopIsKilledAfterTheGrace() throws Exception {
    image("trap '' TERM; echo up; while :; do sleep 0.02; done");
    running();
    awaitLog("up\n");
    am.order(new Order.Stop(3, Duration.ofMillis(200)));
    assertEquals(137, await(AgentPhase.EXITED).exit().orElseThrow().code());
  }

  @Test
  void aSecondStopMayShortenTheGrace() throws Exception {
    image("trap '' TERM; echo up; while :; do sleep 0.02; done");
    running();
    awaitLog("up\n");
    am.order(new Order.Stop(3, LONG));
    am.order(new Order.Stop(4, Duration.ZERO));
    assertEquals(137, await(AgentPhase.EXITED).exit().orElseThrow().code());
  }

  @Test
  void aStopDuringTheDownloadInterruptsItAndThereIsNoExit() throws Exception {
    data.downloadGate = new CountDownLatch(1);
    channel = true;
    image("exit 0");
    launch();
    await(AgentPhase.DOWNLOADING);
    am.order(new Order.Stop(2, LONG));
    AgentReport exited = await(r -> r.phase() == AgentPhase.EXITED && r.orderDone() == 2);
    assertEquals(Optional.empty(), exited.exit());
    assertEquals(Optional.empty(), exited.fault());
    Awaitility.await().until(() -> data.interrupted.get() == 1);
  }

  @Test
  void aStopOfAReadyHostStartsNothing() throws Exception {
    image("exit 0");
    launch();
    await(AgentPhase.READY);
    am.order(new Order.Stop(2, LONG));
    assertEquals(
        Optional.empty(), await(r -> r.phase() == AgentPhase.EXITED && r.orderDone() == 2).exit());
    assertFalse(Files.exists(paths.stdout()));
  }

  @Test
  void aStopDoesNotInterruptAnUpload() throws Exception {
    data.uploadGate = new CountDownLatch(1);
    image("exit 0");
    running();
    await(AgentPhase.EXITED);
    am.order(new Order.Upload(3, Map.of("model.tar.gz", share("u"))));
    await(AgentPhase.UPLOADING);
    am.order(new Order.Stop(4, LONG));
    await(r -> r.orderDone() == 4);
    data.uploadGate.countDown();
    assertEquals(1, await(AgentPhase.UPLOADED).slices().size());
    assertEquals(0, data.interrupted.get());
  }

  @Test
  void aNewerUploadReplacesOneThatIsUnderWay() throws Exception {
    data.uploadGate = new CountDownLatch(1);
    image("exit 0");
    running();
    await(AgentPhase.EXITED);
    am.order(new Order.Upload(3, Map.of("model.tar.gz", share("u"))));
    await(AgentPhase.UPLOADING);
    am.order(new Order.Upload(4, Map.of("output.tar.gz", share("v"))));
    Awaitility.await().until(() -> data.interrupted.get() == 1);
    data.uploadGate.countDown();
    assertEquals(
        List.of("output.tar.gz"), List.copyOf(await(r -> r.orderDone() == 4).slices().keySet()));
  }

  @Test
  void heartbeatsGoOnWhileWorkBlocks() throws Exception {
    data.downloadGate = new CountDownLatch(1);
    channel = true;
    image("exit 0");
    launch();
    await(AgentPhase.DOWNLOADING);
    int before = am.reports().size();
    Awaitility.await().until(() -> am.reports().size() > before + 5);
    data.downloadGate.countDown();
    await(AgentPhase.READY);
  }

  @Test
  void aLostHeartbeatIsRepeated() throws Exception {
    image("exit 0");
    launch();
    await(AgentPhase.READY);
    am.fail(3);
    Awaitility.await().until(() -> am.failuresLeft() == 0);
    start(2);
    await(AgentPhase.EXITED);
  }

  @Test
  void aLostLeaseKillsTheAlgorithmAndEndsTheAgent() throws Exception {
    lease = "500ms";
    image("trap '' TERM; echo $$; while :; do sleep 0.02; done");
    running();
    awaitLog("1\n");
    am.fail(Integer.MAX_VALUE);
    assertEquals(Agent.LEASE_LOST, end.get(20, TimeUnit.SECONDS));
    assertEquals(0, ProcessHandle.current().children().count());
  }

  @Test
  void aLostLeaseStopsAnUpload() throws Exception {
    lease = "500ms";
    data.uploadGate = new CountDownLatch(1);
    image("exit 0");
    running();
    await(AgentPhase.EXITED);
    am.order(new Order.Upload(3, Map.of("model.tar.gz", share("u"))));
    await(AgentPhase.UPLOADING);
    am.fail(Integer.MAX_VALUE);
    assertEquals(Agent.LEASE_LOST, end.get(20, TimeUnit.SECONDS));
    Awaitility.await().until(() -> data.interrupted.get() == 1);
    assertTrue(data.closed);
  }

  @Test
  void anImageThatIsNotThereIsTheClientsFault() throws Exception {
    launch();
    Fault fault = await(AgentPhase.EXITED).fault().orElseThrow();
    assertEquals(Blame.CLIENT, fault.blame());
    assertTrue(fault.message().contains("is no directory that exists"), fault.message());
    assertEquals(Optional.empty(), am.last().exit());
  }

  @Test
  void faultsOfADownloadAreBlamedByTheirKind() throws Exception {
    channel = true;
    image("exit 0");
    data.downloadFault =
        new ObjectStoreException(ObjectStoreException.Kind.ACCESS_DENIED, "Keys are wrong.", null);
    launch();
    assertEquals(
        Optional.of(new Fault(Blame.CLIENT, "Keys are wrong.")), await(AgentPhase.EXITED).fault());
    assertEquals(Blame.PLATFORM, Faults.of(new IllegalStateException("x"), "It").blame());
    Fault full = Faults.of(new IOException("No space left on device"), "The preparation");
    assertEquals(Blame.CLIENT, full.blame());
    assertTrue(full.message().startsWith("The preparation found the node's disk full"));
  }

  @Test
  void aFailedUploadIsToldAndMayBeOrderedAgain() throws Exception {
    image("exit 0");
    running();
    await(AgentPhase.EXITED);
    data.uploadFault =
        new ObjectStoreException(ObjectStoreException.Kind.UNREACHABLE, "S3 is away.", null);
    am.order(new Order.Upload(3, Map.of("model.tar.gz", share("u"))));
    assertEquals(
        Optional.of(new Fault(Blame.CLIENT, "S3 is away.")), await(AgentPhase.UPLOADED).fault());
    data.uploadFault = null;
    am.order(new Order.Upload(4, Map.of("model.tar.gz", share("u"))));
    AgentReport again = await(r -> r.phase() == AgentPhase.UPLOADED && r.orderDone() == 4);
    assertEquals(Optional.empty(), again.fault());
    assertEquals(1, again.slices().size());
  }

  @Test
  void ordersThatComeEarlyWaitForTheirPhase() throws Exception {
    data.downloadGate = new CountDownLatch(1);
    channel = true;
    image("exit 7");
    launch();
    await(AgentPhase.DOWNLOADING);
    start(2);
    data.downloadGate.countDown();
    assertEquals(7, await(AgentPhase.EXITED).exit().orElseThrow().code());
  }

  @Test
  void leavingKillsAnAlgorithmThatStillRuns() throws Exception {
    image("trap '' TERM; echo up; while :; do sleep 0.02; done");
    running();
    awaitLog("up\n");
    am.order(new Order.Leave(3));
    assertEquals(Agent.LEFT, end.get(20, TimeUnit.SECONDS));
    assertEquals(0, ProcessHandle.current().children().count());
    assertEquals(3, am.last().orderDone());
  }

  @Test
  void theLogIsReadWhileTheAlgorithmRuns() throws Exception {
    image("echo hello; while :; do sleep 0.02; done");
    running();
    awaitLog("hello\n");
    am.ask(new LogRequest(9, "stdout", 2, 100));
    AgentReport answer = await(r -> !r.logs().isEmpty());
    assertEquals(9, answer.logs().get(0).request());
    assertEquals("llo\n", new String(answer.logs().get(0).bytes(), StandardCharsets.UTF_8));
  }
}
