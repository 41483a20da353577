package dev.heddle.containerlauncher.protocol;

import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.ContainerMessage;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.KeyValue;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.MountMessage;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.StartContainerRequest;
import java.util.Optional;
import java.util.stream.Collectors;

/** Algorithm containers between their records and their messages. */
public final class ContainerWire {
  private ContainerWire() {}

  static StartContainerRequest message(String containerId, int attempt, ContainerSpec spec) {
    StartContainerRequest.Builder message =
        StartContainerRequest.newBuilder()
            .setContainerId(containerId)
            .setAttempt(attempt)
            .setImage(spec.image())
            .addAllCommand(spec.command())
            .addAllTemporaryFileSystems(spec.temporaryFileSystems())
            .setNetwork(spec.network());
    spec.environment()
        .forEach(
            (name, value) ->
                message.addEnvironment(KeyValue.newBuilder().setKey(name).setValue(value)));
    for (ContainerSpec.Mount mount : spec.mounts()) {
      message.addMounts(
          MountMessage.newBuilder().setSource(mount.source()).setTarget(mount.target()));
    }
    return message.build();
  }

  public static ContainerSpec spec(StartContainerRequest message) {
    return new ContainerSpec(
        message.getImage(),
        message.getCommandList(),
        message.getEnvironmentList().stream()
            .collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue)),
        message.getMountsList().stream()
            .map(mount -> new ContainerSpec.Mount(mount.getSource(), mount.getTarget()))
            .toList(),
        message.getTemporaryFileSystemsList(),
        message.getNetwork());
  }

  static ContainerMessage message(AlgorithmContainer container) {
    ContainerMessage.Builder message =
        ContainerMessage.newBuilder()
            .setId(container.id())
            .setAttempt(container.attempt())
            .setStarted(container.started());
    container.address().ifPresent(message::setAddress);
    container
        .end()
        .ifPresent(
            end ->
                message
                    .setEndCause(end.cause().name())
                    .setEndCode(end.exitCode())
                    .setEndDetail(end.detail()));
    return message.build();
  }

  static AlgorithmContainer container(ContainerMessage message) {
    return new AlgorithmContainer(
        message.getId(),
        message.getAttempt(),
        message.getStarted(),
        message.hasAddress() ? Optional.of(message.getAddress()) : Optional.empty(),
        message.hasEndCause()
            ? Optional.of(
                new AllocationEnd(
                    AllocationEnd.Cause.valueOf(message.getEndCause()),
                    message.getEndCode(),
                    message.getEndDetail()))
            : Optional.empty());
  }
}
