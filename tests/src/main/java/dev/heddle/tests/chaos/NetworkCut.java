package dev.heddle.tests.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Whatever is sent to a port of this machine over the loopback interface is lost, silently. A shell
 * that waits for its end does it, and so it ends with this JVM, however that does. Needs root.
 */
final class NetworkCut implements AutoCloseable {
  private static final String RULE = "INPUT -i lo -p tcp --dport %d -j DROP";
  private final Process shell;

  private NetworkCut(Process shell) {
    this.shell = shell;
  }

  static NetworkCut to(int port) throws IOException {
    String rule = RULE.formatted(port);
    // A terminal's Ctrl-C comes to this shell, too.
    String script =
        "trap '' INT TERM HUP; iptables -w -I "
            + rule
            + " && echo cut; read x; iptables -w -D "
            + rule;
    Process shell = new ProcessBuilder("/bin/sh", "-c", script).redirectErrorStream(true).start();
    byte[] said = new byte[256];
    int length = shell.getInputStream().read(said);
    String text = length < 0 ? "" : new String(said, 0, length, StandardCharsets.UTF_8);
    if (!text.startsWith("cut")) {
      shell.getOutputStream().close();
      throw new IOException("iptables: " + text.strip());
    }
    return new NetworkCut(shell);
  }

  /** Why it can't be done here; empty when it can. */
  static Optional<String> obstacle() throws InterruptedException {
    try {
      int code =
          new ProcessBuilder("iptables", "-w", "-n", "-L", "INPUT")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      return code == 0 ? Optional.empty() : Optional.of("iptables doesn't work here");
    } catch (IOException e) {
      return Optional.of("there is no iptables");
    }
  }

  @Override
  public void close() throws IOException {
    shell.getOutputStream().close();
    try {
      if (shell.waitFor() != 0) {
        throw new IOException("a rule of iptables could not be removed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
