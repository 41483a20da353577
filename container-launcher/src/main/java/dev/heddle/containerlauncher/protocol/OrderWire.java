package dev.heddle.containerlauncher.protocol;

import dev.heddle.containerlauncher.protocol.proto.HeddleProtos;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.OrderKind;
import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Orders between their records and their messages. */
final class OrderWire {
  private OrderWire() {}

  static HeddleProtos.OrderMessage message(Order order) {
    HeddleProtos.OrderMessage.Builder message =
        HeddleProtos.OrderMessage.newBuilder().setNumber(order.number());
    if (order instanceof Order.Prepare prepare) {
      message.setKind(OrderKind.PREPARE).setAttempt(prepare.attempt());
    } else if (order instanceof Order.Halt halt) {
      message.setKind(OrderKind.HALT).setGraceMs(halt.grace().toMillis());
    } else if (order instanceof Order.Start start) {
      message
          .setKind(OrderKind.START)
          .setNetworkInterface(start.networkInterface())
          .setHosts(HostList.of(start.hosts()).packed());
    } else if (order instanceof Order.Stop stop) {
      message.setKind(OrderKind.STOP).setGraceMs(stop.grace().toMillis());
    } else if (order instanceof Order.Upload upload) {
      message.setKind(OrderKind.UPLOAD);
      upload
          .archives()
          .forEach(
              (archive, share) ->
                  message.addArchives(
                      HeddleProtos.ArchiveOrder.newBuilder()
                          .setArchive(archive)
                          .setTarget(target(share.target()))
                          .addTails(share.tail().toString())));
    } else if (order instanceof Order.Append append) {
      message.setKind(OrderKind.APPEND);
      append
          .archives()
          .forEach(
              (archive, share) -> {
                HeddleProtos.ArchiveOrder.Builder part =
                    HeddleProtos.ArchiveOrder.newBuilder()
                        .setArchive(archive)
                        .setTarget(target(share.target()));
                share.tails().forEach(tail -> part.addTails(tail.toString()));
                message.addArchives(part);
              });
    } else {
      message.setKind(OrderKind.LEAVE);
    }
    return message.build();
  }

  /**
   * @throws IOException when its list of hosts isn't one
   */
  static Order order(HeddleProtos.OrderMessage message) throws IOException {
    long number = message.getNumber();
    return switch (message.getKind()) {
      case PREPARE -> new Order.Prepare(number, message.getAttempt());
      case HALT -> new Order.Halt(number, Duration.ofMillis(message.getGraceMs()));
      case START ->
          new Order.Start(
              number, HostList.unpacked(message.getHosts()), message.getNetworkInterface());
      case STOP -> new Order.Stop(number, Duration.ofMillis(message.getGraceMs()));
      case UPLOAD -> {
        Map<String, Order.UploadShare> archives = new LinkedHashMap<>();
        for (HeddleProtos.ArchiveOrder archive : message.getArchivesList()) {
          archives.put(
              archive.getArchive(),
              new Order.UploadShare(
                  target(archive.getTarget()), ObjectUri.parse(archive.getTails(0))));
        }
        yield new Order.Upload(number, archives);
      }
      case APPEND -> {
        Map<String, Order.AppendShare> archives = new LinkedHashMap<>();
        for (HeddleProtos.ArchiveOrder archive : message.getArchivesList()) {
          archives.put(
              archive.getArchive(),
              new Order.AppendShare(
                  target(archive.getTarget()),
                  archive.getTailsList().stream().map(ObjectUri::parse).toList()));
        }
        yield new Order.Append(number, archives);
      }
      case LEAVE -> new Order.Leave(number);
    };
  }

  private static HeddleProtos.Target target(MultipartTarget target) {
    return HeddleProtos.Target.newBuilder()
        .setObject(target.object().toString())
        .setUploadId(target.uploadId())
        .setFirstPart(target.firstPart())
        .setLastPart(target.lastPart())
        .setPartSize(target.partSize())
        .build();
  }

  private static MultipartTarget target(HeddleProtos.Target target) {
    return new MultipartTarget(
        ObjectUri.parse(target.getObject()),
        target.getUploadId(),
        target.getFirstPart(),
        target.getLastPart(),
        target.getPartSize());
  }
}
