package dev.heddle.containerlauncher.protocol;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.thirdparty.protobuf.ByteString;

/** Reports and assignments between their records and their messages. */
public final class AgentWire {
  private AgentWire() {}

  public static HeddleProtos.RegisterResponse message(Assignment assignment) {
    S3Access s3 = assignment.s3();
    HeddleProtos.S3Access.Builder access =
        HeddleProtos.S3Access.newBuilder()
            .setRegion(s3.region())
            .setPathStyle(s3.pathStyle())
            .setRetryForMs(s3.retryFor().toMillis());
    s3.endpoint().ifPresent(uri -> access.setEndpoint(uri.toString()));
    s3.keys()
        .ifPresent(
            keys -> {
              access.setAccessKeyId(keys.accessKeyId());
              access.setSecretAccessKey(keys.secretAccessKey());
              keys.sessionToken().ifPresent(access::setSessionToken);
            });
    s3.role().ifPresent(role -> access.setRole(message(role)));
    HeddleProtos.RegisterResponse.Builder message =
        HeddleProtos.RegisterResponse.newBuilder()
            .setHost(assignment.host())
            .setAttempt(assignment.attempt())
            .setRequestJson(assignment.requestJson())
            .setTrainingJobArn(assignment.trainingJobArn())
            .addAllHosts(assignment.hosts())
            .setS3(access)
            .setGpus(assignment.gpus());
    assignment
        .settings()
        .values()
        .forEach(
            (key, value) ->
                message.addSettings(
                    HeddleProtos.KeyValue.newBuilder().setKey(key).setValue(value)));
    return message.build();
  }

  static Assignment assignment(HeddleProtos.RegisterResponse message) {
    HeddleProtos.S3Access s3 = message.getS3();
    Optional<S3Access.Keys> keys =
        s3.hasAccessKeyId()
            ? Optional.of(
                new S3Access.Keys(
                    s3.getAccessKeyId(),
                    s3.getSecretAccessKey(),
                    s3.hasSessionToken() ? Optional.of(s3.getSessionToken()) : Optional.empty()))
            : Optional.empty();
    Map<String, String> settings = new LinkedHashMap<>();
    message.getSettingsList().forEach(pair -> settings.put(pair.getKey(), pair.getValue()));
    return new Assignment(
        message.getHost(),
        message.getAttempt(),
        message.getRequestJson(),
        message.getTrainingJobArn(),
        message.getHostsList(),
        new S3Access(
            s3.hasEndpoint() ? Optional.of(URI.create(s3.getEndpoint())) : Optional.empty(),
            s3.getRegion(),
            s3.getPathStyle(),
            keys,
            Duration.ofMillis(s3.getRetryForMs()),
            s3.hasRole() ? Optional.of(role(s3.getRole())) : Optional.empty()),
        message.getGpus(),
        new Settings(settings));
  }

  private static HeddleProtos.AssumedRole message(S3Access.AssumedRole role) {
    HeddleProtos.AssumedRole.Builder message =
        HeddleProtos.AssumedRole.newBuilder().setArn(role.arn()).setSessionName(role.sessionName());
    role.stsEndpoint().ifPresent(uri -> message.setStsEndpoint(uri.toString()));
    return message.build();
  }

  private static S3Access.AssumedRole role(HeddleProtos.AssumedRole message) {
    return new S3Access.AssumedRole(
        message.getArn(),
        message.getSessionName(),
        message.hasStsEndpoint()
            ? Optional.of(URI.create(message.getStsEndpoint()))
            : Optional.empty());
  }

  static HeddleProtos.HeartbeatRequest message(AgentReport report) {
    HeddleProtos.HeartbeatRequest.Builder message =
        HeddleProtos.HeartbeatRequest.newBuilder()
            .setHost(report.host())
            .setContainerId(report.containerId())
            .setAttempt(report.attempt())
            .setOrderDone(report.orderDone())
            .setPhase(HeddleProtos.Phase.valueOf(report.phase().name()))
            .setBytesIn(report.progress().bytesIn())
            .setBytesInTotal(report.progress().bytesInTotal())
            .setBytesOut(report.progress().bytesOut())
            .setAddressesMark(report.addressesMark());
    report.progress().flows().forEach(flow -> message.addFlows(flow(flow)));
    report.progress().checkpoints().ifPresent(sync -> message.setCheckpoints(sync(sync)));
    report
        .exit()
        .ifPresent(
            exit ->
                message.setExit(
                    HeddleProtos.Exit.newBuilder()
                        .setCode(exit.code())
                        .setStopped(exit.stopped())
                        .setFailureText(exit.failureText())
                        .setRemark(exit.remark())
                        .setKilled(exit.killed())
                        .setModel(tree(exit.model()))
                        .setOutput(tree(exit.output()))));
    report
        .fault()
        .ifPresent(
            fault ->
                message.setFault(
                    HeddleProtos.FaultMessage.newBuilder()
                        .setBlame(fault.blame().name())
                        .setMessage(fault.message())
                        .setOutOfMemory(fault.outOfMemory())));
    report.slices().forEach((archive, slice) -> message.addSlices(slice(archive, slice)));
    for (MetricValue metric : report.metrics()) {
      message.addMetrics(
          HeddleProtos.Metric.newBuilder()
              .setName(metric.name())
              .setValue(metric.value())
              .setTimeMs(metric.time().toEpochMilli()));
    }
    for (LogChunk chunk : report.logs()) {
      message.addLogs(
          HeddleProtos.Chunk.newBuilder()
              .setRequest(chunk.request())
              .setOffset(chunk.offset())
              .setBytes(ByteString.copyFrom(chunk.bytes()))
              .setLength(chunk.length()));
    }
    return message.build();
  }

  /** The report in the form in which it travels. */
  public static byte[] bytes(AgentReport report) {
    return message(report).toByteArray();
  }

  /**
   * @throws IOException when it isn't what {@link #bytes} has made
   */
  public static AgentReport report(byte[] bytes) throws IOException {
    return report(HeddleProtos.HeartbeatRequest.parseFrom(bytes));
  }

  public static AgentReport report(HeddleProtos.HeartbeatRequest message) {
    Map<String, ArchiveSlice> slices = new LinkedHashMap<>();
    for (HeddleProtos.Slice slice : message.getSlicesList()) {
      List<UploadedPart> parts =
          slice.getPartsList().stream()
              .map(part -> new UploadedPart(part.getNumber(), part.getEtag(), part.getSize()))
              .toList();
      slices.put(
          slice.getArchive(),
          new ArchiveSlice(
              parts,
              slice.hasTail() ? Optional.of(ObjectUri.parse(slice.getTail())) : Optional.empty()));
    }
    HeddleProtos.Exit exit = message.getExit();
    return new AgentReport(
        message.getHost(),
        message.getContainerId(),
        message.getAttempt(),
        message.getOrderDone(),
        AgentPhase.valueOf(message.getPhase().name()),
        new Progress(
            message.getBytesIn(),
            message.getBytesInTotal(),
            message.getBytesOut(),
            message.getFlowsList().stream().map(AgentWire::flow).toList(),
            message.hasCheckpoints()
                ? Optional.of(sync(message.getCheckpoints()))
                : Optional.empty()),
        message.hasExit()
            ? Optional.of(
                new AlgorithmExit(
                    exit.getCode(),
                    exit.getStopped(),
                    exit.getFailureText(),
                    exit.getRemark(),
                    exit.getKilled(),
                    new TreeSize(exit.getModel().getFiles(), exit.getModel().getBytes()),
                    new TreeSize(exit.getOutput().getFiles(), exit.getOutput().getBytes())))
            : Optional.empty(),
        message.hasFault()
            ? Optional.of(
                new Fault(
                    Fault.Blame.valueOf(message.getFault().getBlame()),
                    message.getFault().getMessage(),
                    message.getFault().getOutOfMemory()))
            : Optional.empty(),
        slices,
        message.getMetricsList().stream()
            .map(
                metric ->
                    new MetricValue(
                        metric.getName(),
                        metric.getValue(),
                        Instant.ofEpochMilli(metric.getTimeMs())))
            .toList(),
        message.getLogsList().stream()
            .map(
                chunk ->
                    new LogChunk(
                        chunk.getRequest(),
                        chunk.getOffset(),
                        chunk.getBytes().toByteArray(),
                        chunk.getLength()))
            .toList(),
        message.getAddressesMark());
  }

  public static HeddleProtos.HeartbeatResponse message(AgentReply reply) {
    HeddleProtos.HeartbeatResponse.Builder message =
        HeddleProtos.HeartbeatResponse.newBuilder()
            .setOrder(OrderWire.message(reply.order()))
            .setIntervalMs(reply.interval().toMillis());
    for (LogRequest request : reply.logRequests()) {
      message.addLogRequests(
          HeddleProtos.LogRequestMessage.newBuilder()
              .setNumber(request.number())
              .setStream(request.stream())
              .setOffset(request.offset())
              .setMaxBytes(request.maxBytes()));
    }
    if (!reply.addresses().isEmpty()) {
      message.setAddresses(HostList.of(reply.addresses()).packed());
    }
    reply.container().ifPresent(c -> message.setContainer(ContainerWire.message(c)));
    return message.build();
  }

  /**
   * @throws IOException when a list of hosts in it isn't one
   */
  static AgentReply reply(HeddleProtos.HeartbeatResponse message) throws IOException {
    return new AgentReply(
        OrderWire.order(message.getOrder()),
        message.getLogRequestsList().stream()
            .map(
                request ->
                    new LogRequest(
                        request.getNumber(),
                        request.getStream(),
                        request.getOffset(),
                        request.getMaxBytes()))
            .toList(),
        Duration.ofMillis(message.getIntervalMs()),
        HostList.unpacked(message.getAddresses()),
        message.hasContainer()
            ? Optional.of(ContainerWire.container(message.getContainer()))
            : Optional.empty());
  }

  private static HeddleProtos.Tree tree(TreeSize size) {
    return HeddleProtos.Tree.newBuilder().setFiles(size.files()).setBytes(size.bytes()).build();
  }

  private static HeddleProtos.Slice slice(String archive, ArchiveSlice slice) {
    HeddleProtos.Slice.Builder message = HeddleProtos.Slice.newBuilder().setArchive(archive);
    for (UploadedPart part : slice.parts()) {
      message.addParts(
          HeddleProtos.Part.newBuilder()
              .setNumber(part.number())
              .setEtag(part.etag())
              .setSize(part.size()));
    }
    slice.tail().ifPresent(tail -> message.setTail(tail.toString()));
    return message.build();
  }

  private static HeddleProtos.CheckpointSync sync(CheckpointSync sync) {
    return HeddleProtos.CheckpointSync.newBuilder()
        .setFiles(sync.files())
        .setBytes(sync.bytes())
        .setPending(sync.pending())
        .setLagMs(sync.lagMillis())
        .setTrouble(sync.trouble())
        .build();
  }

  private static CheckpointSync sync(HeddleProtos.CheckpointSync message) {
    return new CheckpointSync(
        message.getFiles(),
        message.getBytes(),
        message.getPending(),
        message.getLagMs(),
        message.getTrouble());
  }

  /** The page, or empty while there is no listing. */
  static Optional<CheckpointPage> page(HeddleProtos.CheckpointsResponse message) {
    return message.getKnown()
        ? Optional.of(
            new CheckpointPage(
                message.getEntriesList().stream()
                    .map(e -> new CheckpointPage.Entry(e.getKey(), e.getEtag(), e.getSize()))
                    .toList(),
                message.getTotal()))
        : Optional.empty();
  }

  public static HeddleProtos.CheckpointsResponse message(Optional<CheckpointPage> page) {
    HeddleProtos.CheckpointsResponse.Builder message =
        HeddleProtos.CheckpointsResponse.newBuilder()
            .setKnown(page.isPresent())
            .setTotal(page.map(CheckpointPage::total).orElse(0));
    for (CheckpointPage.Entry entry : page.map(CheckpointPage::entries).orElse(List.of())) {
      message.addEntries(
          HeddleProtos.CheckpointEntry.newBuilder()
              .setKey(entry.key())
              .setEtag(entry.etag())
              .setSize(entry.size()));
    }
    return message.build();
  }

  private static HeddleProtos.Flow flow(ChannelFlow flow) {
    return HeddleProtos.Flow.newBuilder()
        .setChannel(flow.channel())
        .setEpoch(flow.epoch())
        .setOpen(flow.open())
        .setBytes(flow.bytes())
        .setObjects(flow.objects())
        .setTotalBytes(flow.totalBytes())
        .setBytesPerSecond(flow.bytesPerSecond())
        .setDataWaitMs(flow.dataWaitMillis())
        .setReaderWaitMs(flow.readerWaitMillis())
        .build();
  }

  private static ChannelFlow flow(HeddleProtos.Flow message) {
    return new ChannelFlow(
        message.getChannel(),
        message.getEpoch(),
        message.getOpen(),
        message.getBytes(),
        message.getObjects(),
        message.getTotalBytes(),
        message.getBytesPerSecond(),
        message.getDataWaitMs(),
        message.getReaderWaitMs());
  }
}
