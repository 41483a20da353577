package dev.heddle.containerlauncher.contract;

import dev.heddle.containerlauncher.protocol.Order.HostAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The file at {@code /etc/hosts} that makes every host of the job known by its name.
 *
 * @param hosts all hosts of the attempt
 * @param currentHost the host whose file it is
 * @param nodeNames what its node calls itself; resolved to the host's own address, so that an
 *     algorithm that announces its machine's name is reached under it
 */
public record HostsFile(List<HostAddress> hosts, String currentHost, List<String> nodeNames) {
  public HostsFile {
    hosts = List.copyOf(hosts);
    nodeNames = List.copyOf(nodeNames);
  }

  public void write(Path file) throws IOException {
    Files.writeString(file, text());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
    for (HostAddress host : hosts) {
      text.append(host.address()).append(' ').append(host.host());
      if (host.host().equals(currentHost)) {
        text.append(
            nodeNames.stream()
                .distinct()
                .filter(name -> !name.equals("localhost"))
                .map(name -> " " + name)
                .collect(Collectors.joining()));
      }
      text.append('\n');
    }
    return text.toString();
  }
}
