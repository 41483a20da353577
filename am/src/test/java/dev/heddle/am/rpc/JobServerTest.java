package dev.heddle.am.rpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AgentRpc;
import dev.heddle.containerlauncher.protocol.AlgorithmContainer;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.CheckpointSync;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.HostList;
import dev.heddle.containerlauncher.protocol.JobProtocol.LogPage;
import dev.heddle.containerlauncher.protocol.JobProtocolPB;
import dev.heddle.containerlauncher.protocol.JobRpc;
import dev.heddle.containerlauncher.protocol.JobTokenSecrets;
import dev.heddle.containerlauncher.protocol.LogChunk;
import dev.heddle.containerlauncher.protocol.LogRequest;
import dev.heddle.containerlauncher.protocol.MetricValue;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.containerlauncher.protocol.RpcSettings;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.StopRequest;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobServerTest {
  private static final String APPLICATION = "application_1_0001";
  private static final String CONTAINER = "container_1_0001_01_000002";
  private static final byte[] SECRET =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

  private final Configuration hadoop = new Configuration();
  private final FakeDesk desk = new FakeDesk();
  private JobServer server;
  private InetSocketAddress address;

  /** Keeps what it was told and gives what the test has set. */
  private static final class FakeDesk implements Desk {
    volatile AgentReport reported;
    volatile Order order = new Order.Prepare(1, 1);
    volatile boolean stopped;
    volatile Optional<AlgorithmContainer> algorithm = Optional.empty();
    volatile ContainerSpec started;
    volatile String held;
    volatile ContainerSignal signalled;

    @Override
    public Assignment join(String container, String host, String node, String networkInterface)
        throws IOException {
      return new Assignment(
          host,
          1,
          "{\"TrainingJobName\":\"ü\"}",
          "arn",
          List.of("algo-1", "algo-2"),
          new S3Access(
              Optional.of(URI.create("http://127.0.0.1:9000")),
              "eu-west-1",
              true,
              Optional.of(new S3Access.Keys("AKID", "sesame", Optional.of("session"))),
              Duration.ofMinutes(5),
              Optional.of(
                  new S3Access.AssumedRole(
                      "arn:aws:iam::111122223333:role/train",
                      "weave",
                      Optional.of(URI.create("http://127.0.0.1:9001"))))),
          4,
          new Settings(Map.of("heddle.queue", "default")));
    }

    @Override
    public Order report(AgentReport report) {
      reported = report;
      return order;
    }

    @Override
    public Optional<AlgorithmContainer> algorithm(String container) {
      return algorithm;
    }

    @Override
    public List<Order.HostAddress> addresses() {
      return List.of(new Order.HostAddress("algo-1", "172.18.0.2"));
    }

    @Override
    public void startAlgorithm(String container, int attempt, ContainerSpec spec) {
      started = spec;
    }

    @Override
    public void signalAlgorithm(String container, int attempt, ContainerSignal signal) {
      signalled = signal;
    }

    @Override
    public void holdAlgorithm(String container, int attempt, String mark) {
      held = mark;
    }

    @Override
    public Optional<CheckpointPage> checkpoints(String container, int attempt, int from) {
      return attempt == 2
          ? Optional.of(
              new CheckpointPage(List.of(new CheckpointPage.Entry("a/b", "\"e\"", 5)), from + 1))
          : Optional.empty();
    }

    @Override
    public String describe() {
      return "{}";
    }

    @Override
    public HostState stateOf(String host) {
      return host.equals("algo-1") ? HostState.ENDED : HostState.UNKNOWN;
    }

    @Override
    public void stop() {
      stopped = true;
    }
  }

  @BeforeEach
  void start() throws IOException {
    server =
        new JobServer(
            hadoop,
            "127.0.0.1",
            new JobTokenSecrets(APPLICATION, SECRET),
            desk,
            2,
            Duration.ofSeconds(1));
    address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private AgentRpc agent(JobTokenSecrets tokens, String holder) throws Exception {
    UserGroupInformation user = UserGroupInformation.createRemoteUser("somebody");
    if (tokens != null) {
      user.addToken(tokens.tokenFor(holder));
    }
    return user.doAs((PrivilegedExceptionAction<AgentRpc>) () -> AgentRpc.connect(hadoop, address));
  }

  private AgentRpc goodAgent() throws Exception {
    return agent(new JobTokenSecrets(APPLICATION, SECRET), CONTAINER);
  }

  @Test
  void anAssignmentWithItsSecretsArrivesWhole() throws Exception {
    try (AgentRpc agent = goodAgent()) {
      Assignment assignment = agent.register(CONTAINER, "algo-2", "10.0.0.1", "eth0");
      assertEquals(desk.join(CONTAINER, "algo-2", "", ""), assignment);
      assertEquals("sesame", assignment.s3().keys().orElseThrow().secretAccessKey());
      assertEquals(
          new S3Access.AssumedRole(
              "arn:aws:iam::111122223333:role/train",
              "weave",
              Optional.of(URI.create("http://127.0.0.1:9001"))),
          assignment.s3().role().orElseThrow());
    }
  }

  @Test
  void aReportAndEveryKindOfOrderArriveWhole() throws Exception {
    AgentReport report =
        new AgentReport(
            "algo-2",
            CONTAINER,
            1,
            1,
            AgentPhase.UPLOADED,
            new Progress(
                1, 2, 3, List.of(), Optional.of(new CheckpointSync(4, 5, 6, 7, "S3 is away"))),
            Optional.of(
                new AlgorithmExit(
                    3, true, "it brök", "a remark", true, new TreeSize(1, 2), new TreeSize(3, 4))),
            Optional.of(new Fault(Fault.Blame.CLIENT, "no data")),
            Map.of(
                "model.tar.gz",
                new ArchiveSlice(
                    List.of(new UploadedPart(4, "\"etag\"", 5)),
                    Optional.of(ObjectUri.parse("s3://b/tail")))),
            List.of(new MetricValue("val:auc", 0.93, Instant.ofEpochMilli(1234))),
            List.of(),
            "a mark");
    ObjectUri object = ObjectUri.parse("s3://b/out/model.tar.gz");
    MultipartTarget target = new MultipartTarget(object, "id", 1, 99, 8 << 20);
    List<Order> orders =
        List.of(
            new Order.Prepare(1, 7),
            new Order.Halt(2, Duration.ofSeconds(15)),
            new Order.Start(2, List.of(new Order.HostAddress("algo-1", "127.0.0.2")), "lo"),
            new Order.Stop(3, Duration.ofMinutes(2)),
            new Order.Upload(
                4,
                Map.of("model.tar.gz", new Order.UploadShare(target, ObjectUri.parse("s3://b/t")))),
            new Order.Append(
                5,
                Map.of(
                    "model.tar.gz",
                    new Order.AppendShare(target, List.of(ObjectUri.parse("s3://b/t"))))),
            new Order.Leave(6));
    try (AgentRpc agent = goodAgent()) {
      for (Order order : orders) {
        desk.order = order;
        AgentReply reply = agent.heartbeat(report);
        assertEquals(order, reply.order());
        assertEquals(report, desk.reported);
      }
    }
  }

  @Test
  void aCallWithoutATokenIsRefused() throws Exception {
    try (AgentRpc agent = agent(null, "")) {
      assertThrows(
          IOException.class, () -> agent.register(CONTAINER, "algo-2", "10.0.0.1", "eth0"));
    }
  }

  @Test
  void aCallWithAnotherJobsTokenIsRefused() throws Exception {
    byte[] otherSecret = "another secret another secret...".getBytes(StandardCharsets.UTF_8);
    JobTokenSecrets sameName = new JobTokenSecrets(APPLICATION, otherSecret);
    JobTokenSecrets sameSecret = new JobTokenSecrets("application_1_0002", SECRET);
    for (JobTokenSecrets other : List.of(sameName, sameSecret)) {
      try (AgentRpc agent = agent(other, CONTAINER)) {
        assertThrows(
            IOException.class, () -> agent.register(CONTAINER, "algo-2", "10.0.0.1", "eth0"));
      }
    }
  }

  @Test
  void anAgentSpeaksForItsOwnContainerOnly() throws Exception {
    try (AgentRpc agent = goodAgent()) {
      IOException refusal =
          assertThrows(
              IOException.class,
              () -> agent.register("container_1_0001_01_000003", "algo-1", "10.0.0.1", "eth0"));
      assertTrue(refusal.getMessage().contains("token"), refusal.getMessage());
    }
  }

  @Test
  void anAgentsTokenDoesNotStopTheJob() throws Exception {
    UserGroupInformation user = UserGroupInformation.createRemoteUser("somebody");
    user.addToken(new JobTokenSecrets(APPLICATION, SECRET).tokenFor(CONTAINER));
    Configuration conf = RpcSettings.forCaller(hadoop, JobProtocolPB.class);
    JobProtocolPB client =
        RPC.getProxy(
            JobProtocolPB.class, 1, address, user, conf, NetUtils.getDefaultSocketFactory(conf));
    ServiceException refusal =
        assertThrows(
            ServiceException.class, () -> client.stop(null, StopRequest.getDefaultInstance()));
    RPC.stopProxy(client);
    assertTrue(refusal.getMessage().contains("owner"), refusal.getMessage());
    assertFalse(desk.stopped);
  }

  @Test
  void theOwnerStopsAndDescribes() throws Exception {
    try (JobRpc client = JobRpc.connect(hadoop, address, APPLICATION, SECRET)) {
      assertEquals("{}", client.describe());
      client.stop();
      assertTrue(desk.stopped);
    }
  }

  @Test
  void aLogPageComesByTheAgentsHeartbeat() throws Exception {
    try (JobRpc client = JobRpc.connect(hadoop, address, APPLICATION, SECRET);
        AgentRpc agent = goodAgent()) {
      CompletableFuture<LogPage> page =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.readLog("algo-1", "stdout", 10, 100);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      List<LogChunk> answers = List.of();
      while (!page.isDone()) {
        AgentReply reply = agent.heartbeat(beat(answers));
        answers =
            reply.logRequests().stream()
                .map(r -> new LogChunk(r.number(), r.offset(), bytes(r), 15))
                .toList();
      }
      assertEquals(10, page.get().offset());
      assertArrayEquals("hello".getBytes(StandardCharsets.UTF_8), page.get().bytes());
      assertTrue(page.get().ended(), "the algorithm has ended and the page reaches the end");
    }
  }

  @Test
  void theLogOfAnUnknownHostIsRefused() throws Exception {
    try (JobRpc client = JobRpc.connect(hadoop, address, APPLICATION, SECRET)) {
      assertThrows(IOException.class, () -> client.readLog("algo-9", "stdout", 0, 100));
    }
  }

  private static byte[] bytes(LogRequest request) {
    assertEquals("stdout", request.stream());
    return "hello".getBytes(StandardCharsets.UTF_8);
  }

  private static AgentReport beat(List<LogChunk> logs) {
    return new AgentReport(
        "algo-1",
        CONTAINER,
        1,
        0,
        AgentPhase.RUNNING,
        Progress.NONE,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        List.of(),
        logs);
  }

  @Test
  void anAlgorithmContainersWorldAndItsEndArriveWhole() throws Exception {
    ContainerSpec spec =
        new ContainerSpec(
            "local/image:1",
            List.of("train", "two words"),
            Map.of("A", "ü = 1"),
            List.of(new ContainerSpec.Mount("/node/ml", "/opt/ml")),
            List.of("/dev/shm"),
            "host");
    try (AgentRpc agent = goodAgent()) {
      agent.startContainer(CONTAINER, 2, spec);
      assertEquals(spec, desk.started);
      agent.signalContainer(CONTAINER, 2, ContainerSignal.TERM);
      assertEquals(ContainerSignal.TERM, desk.signalled);
      agent.signalContainer(CONTAINER, 2, ContainerSignal.KILL);
      assertEquals(ContainerSignal.KILL, desk.signalled);
      agent.holdContainer(CONTAINER, 2, "/node/held");
      assertEquals("/node/held", desk.held);
      assertEquals(
          Optional.of(new CheckpointPage(List.of(new CheckpointPage.Entry("a/b", "\"e\"", 5)), 8)),
          agent.checkpoints(CONTAINER, 2, 7));
      assertEquals(Optional.empty(), agent.checkpoints(CONTAINER, 3, 0));
      AgentReport report = report();
      assertEquals(Optional.empty(), agent.heartbeat(report).container());
      desk.algorithm =
          Optional.of(
              new AlgorithmContainer(
                  "container_9",
                  2,
                  true,
                  Optional.of("172.18.0.2"),
                  Optional.of(new AllocationEnd(AllocationEnd.Cause.EXITED, 29, "no\nmount"))));
      assertEquals(desk.algorithm, agent.heartbeat(report).container());
      assertEquals(desk.addresses(), agent.heartbeat(report).addresses());
    }
  }

  @Test
  void anAgentStartsNoOtherHostsAlgorithm() throws Exception {
    try (AgentRpc agent = goodAgent()) {
      assertThrows(
          IOException.class,
          () -> agent.signalContainer("container_other", 2, ContainerSignal.KILL));
      assertNull(desk.signalled);
    }
  }

  @Test
  void theListOfAllHostsGoesOnceToEachAgent() throws Exception {
    desk.order = new Order.Start(2, desk.addresses(), "lo");
    try (AgentRpc agent = goodAgent()) {
      AgentReply first = agent.heartbeat(report(0, ""));
      assertEquals(desk.order, first.order());
      assertEquals(desk.addresses(), first.addresses());
      AgentReply next = agent.heartbeat(report(2, HostList.of(first.addresses()).mark()));
      assertEquals(new Order.Start(2, List.of(), "lo"), next.order());
      assertEquals(List.of(), next.addresses());
    }
  }

  private static AgentReport report() {
    return report(0, "");
  }

  private static AgentReport report(long orderDone, String addressesMark) {
    return new AgentReport(
        "algo-2",
        CONTAINER,
        1,
        orderDone,
        AgentPhase.RUNNING,
        Progress.NONE,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        List.of(),
        List.of(),
        addressesMark);
  }
}
