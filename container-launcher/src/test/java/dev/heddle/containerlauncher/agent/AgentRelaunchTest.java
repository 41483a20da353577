package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.CheckpointSync;
import dev.heddle.containerlauncher.protocol.Order;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** One attempt after the other on the same host. */
class AgentRelaunchTest extends AgentFixture {
  /** Notes what the agent wants of them. */
  private static final class FakeCheckpoints implements HostCheckpoints {
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    volatile String unsaved = "";

    @Override
    public void restore(List<CheckpointPage.Entry> listing) {
      calls.add("restore " + listing.stream().map(CheckpointPage.Entry::key).toList());
    }

    @Override
    public void watch() {
      calls.add("watch");
    }

    @Override
    public String flush(Duration patience) {
      calls.add("flush " + patience);
      return unsaved;
    }

    @Override
    public CheckpointSync status() {
      return new CheckpointSync(1, 2, 3, 4, "");
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }

  private static final String LOOP = "while :; do sleep 0.02; done";

  private void halt() throws Exception {
    am.order(new Order.Halt(3, LONG));
    await(r -> r.phase() == AgentPhase.EXITED && r.orderDone() == 3);
  }

  @Test
  void aHaltedAlgorithmStartsAgainInTheNextAttempt() throws Exception {
    image("trap 'exit 5' TERM; echo attempt $HEDDLE_ATTEMPT; touch /opt/ml/model/m; " + LOOP);
    channel = true;
    running();
    awaitLog("attempt 1\n");
    halt();
    am.order(new Order.Prepare(4, 2));
    AgentReport ready = await(r -> r.attempt() == 2 && r.phase() == AgentPhase.READY);
    assertEquals(Optional.empty(), ready.exit());
    assertFalse(Files.exists(paths.tree().model().resolve("m")), "a new start finds nothing");
    assertEquals(1, data.downloads.get(), "channels stay");
    assertEquals(2, data.feeds.get(), "pipes begin again");
    start(5);
    awaitLog("attempt 1\nattempt 2\n");
  }

  @Test
  void anAlgorithmThatRunsWhenTheNextAttemptIsOrderedIsEndedFirst() throws Exception {
    image("trap '' TERM; echo up; " + LOOP);
    running();
    awaitLog("up\n");
    am.order(new Order.Prepare(3, 2));
    await(r -> r.attempt() == 2 && r.phase() == AgentPhase.READY);
    assertEquals(0, ProcessHandle.current().children().count());
  }

  @Test
  void aHaltDuringTheDownloadEndsItAndTheNextAttemptTakesItUp() throws Exception {
    data.downloadGate = new CountDownLatch(1);
    channel = true;
    image("exit 0");
    launch();
    await(AgentPhase.DOWNLOADING);
    am.order(new Order.Halt(2, LONG));
    await(r -> r.phase() == AgentPhase.EXITED && r.orderDone() == 2);
    data.downloadGate.countDown();
    am.order(new Order.Prepare(3, 2));
    await(r -> r.attempt() == 2 && r.phase() == AgentPhase.READY);
  }

  @Test
  void anUploadIsGivenUpForTheNextAttempt() throws Exception {
    data.uploadGate = new CountDownLatch(1);
    image("echo attempt $HEDDLE_ATTEMPT; echo > /opt/ml/model/m-$HEDDLE_ATTEMPT");
    running();
    await(AgentPhase.EXITED);
    am.order(new Order.Upload(3, Map.of("model.tar.gz", share("u1"))));
    await(AgentPhase.UPLOADING);
    am.order(new Order.Prepare(4, 2));
    AgentReport ready = await(r -> r.attempt() == 2 && r.phase() == AgentPhase.READY);
    assertEquals(1, data.interrupted.get());
    assertEquals(Optional.empty(), ready.exit());
    assertEquals(Optional.empty(), ready.fault(), "an upload that was given up hasn't failed");
    data.uploadGate.countDown();
    uploadsWhatTheSecondAttemptLeft();
  }

  @Test
  void whatWasUploadedIsForgottenInTheNextAttempt() throws Exception {
    image("echo attempt $HEDDLE_ATTEMPT; echo > /opt/ml/model/m-$HEDDLE_ATTEMPT");
    running();
    await(AgentPhase.EXITED);
    am.order(new Order.Upload(3, Map.of("model.tar.gz", share("u1"))));
    await(r -> r.phase() == AgentPhase.UPLOADED && r.orderDone() == 3);
    am.order(new Order.Prepare(4, 2));
    AgentReport ready = await(r -> r.attempt() == 2 && r.phase() == AgentPhase.READY);
    assertEquals(Map.of(), ready.slices());
    uploadsWhatTheSecondAttemptLeft();
  }

  private void uploadsWhatTheSecondAttemptLeft() {
    assertFalse(Files.exists(paths.tree().model().resolve("m-1")), "a new start finds nothing");
    start(5);
    await(r -> r.attempt() == 2 && r.phase() == AgentPhase.EXITED);
    awaitLog("attempt 1\nattempt 2\n");
    am.order(new Order.Upload(6, Map.of("model.tar.gz", share("u2"))));
    AgentReport uploaded = await(r -> r.orderDone() == 6);
    assertEquals(AgentPhase.UPLOADED, uploaded.phase());
    assertTrue(Files.exists(paths.tree().model().resolve("m-2")));
  }

  @Test
  void everyAttemptBeginsFromItsListingAndEndsWithAFlush() throws Exception {
    FakeCheckpoints kept = new FakeCheckpoints();
    checkpoints = Optional.of(kept);
    am.listing(1, List.of(entry("a"), entry("b"), entry("c")));
    image("trap 'exit 5' TERM; echo up; " + LOOP);
    running();
    awaitLog("up\n");
    assertEquals(
        Optional.of(new CheckpointSync(1, 2, 3, 4, "")), am.last().progress().checkpoints());
    halt();
    am.order(new Order.Prepare(4, 2));
    Awaitility.await().until(() -> am.last().attempt() == 2);
    assertEquals(AgentPhase.PREPARING, am.last().phase(), "there is no listing yet");
    am.listing(2, List.of(entry("d")));
    await(r -> r.attempt() == 2 && r.phase() == AgentPhase.READY);
    assertEquals(
        List.of("restore [a, b, c]", "watch", "flush PT1M", "restore [d]"),
        List.copyOf(kept.calls));
  }

  @Test
  void whatCouldNotBeSavedIsRemarked() throws Exception {
    FakeCheckpoints kept = new FakeCheckpoints();
    kept.unsaved = "2 checkpoint files are not in S3";
    checkpoints = Optional.of(kept);
    am.listing(1, List.of());
    image("exit 0");
    running();
    assertTrue(
        await(AgentPhase.EXITED).exit().orElseThrow().remark().contains("2 checkpoint files"));
  }

  @Test
  void aKillThatNobodyOrderedIsTold() throws Exception {
    image("echo up; exec sleep 1000");
    running();
    awaitLog("up\n");
    Awaitility.await()
        .until(
            () ->
                ProcessHandle.current()
                    .descendants()
                    .filter(p -> p.info().commandLine().orElse("").endsWith("sleep 1000"))
                    .allMatch(ProcessHandle::destroyForcibly));
    AgentReport exited = await(AgentPhase.EXITED);
    assertEquals(137, exited.exit().orElseThrow().code());
    assertTrue(exited.exit().get().killed());
  }

  @Test
  void aLostLeaseWritesNoCheckpointAnyMore() throws Exception {
    lease = "500ms";
    FakeCheckpoints kept = new FakeCheckpoints();
    checkpoints = Optional.of(kept);
    am.listing(1, List.of());
    image("trap '' TERM; echo up; " + LOOP);
    running();
    awaitLog("up\n");
    am.fail(Integer.MAX_VALUE);
    assertEquals(Agent.LEASE_LOST, end.get(20, TimeUnit.SECONDS));
    assertEquals(List.of("restore []", "watch", "close"), List.copyOf(kept.calls));
  }

  private static CheckpointPage.Entry entry(String key) {
    return new CheckpointPage.Entry(key, "\"e\"", 1);
  }
}
