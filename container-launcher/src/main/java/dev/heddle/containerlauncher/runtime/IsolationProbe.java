package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Finds out what the node's kernel allows, by running {@code true} exactly as an algorithm would be
 * run: no list of conditions would be complete.
 */
final class IsolationProbe {
  private static final Logger LOG = LogManager.getLogger(IsolationProbe.class);
  private static final int PATIENCE_SECONDS = 20;

  private final NodePaths paths;
  private final Launcher launcher;

  IsolationProbe(NodePaths paths, Launcher launcher) {
    this.paths = paths;
    this.launcher = launcher;
  }

  /**
   * @param setting {@code auto}, {@code require} or {@code never}
   */
  Isolation choose(String setting) throws FaultException, InterruptedException {
    Isolation plain = new PlainProcess(paths, ProcessRuntime.newId());
    if (setting.equals("never")) {
      return plain;
    }
    if (!setting.equals("auto") && !setting.equals("require")) {
      throw new FaultException(
          Blame.CLIENT,
          "heddle.process.namespaces = '" + setting + "' must be auto, require or never.");
    }
    List<Boolean> ways = new ArrayList<>(List.of(true));
    if (isRoot()) {
      ways.add(0, false);
    }
    String reason = "";
    for (boolean userNamespace : ways) {
      Namespaces namespaces = Namespaces.of(paths, userNamespace);
      reason = refusal(namespaces);
      if (reason.isEmpty()) {
        LOG.info("namespaces: work, {} a user namespace", userNamespace ? "through" : "without");
        return namespaces;
      }
    }
    if (setting.equals("require")) {
      throw new FaultException(
          Blame.PLATFORM,
          "The node allows no namespaces ("
              + reason
              + "), and heddle.process.namespaces is"
              + " 'require'; allow unprivileged user namespaces there, or set it to 'auto'.");
    }
    LOG.warn(
        "namespaces: the node allows none ({}); the algorithm runs without, /opt/ml stands at {}",
        reason,
        paths.tree().root());
    return plain;
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      return false;
    }
  }

  /** Why it doesn't work; empty when it does. */
  private String refusal(Namespaces namespaces) throws InterruptedException {
    Path complaints = paths.work().resolve("probe.txt");
    Path ready = paths.work().resolve("probe-ready");
    try {
      Files.createDirectories(namespaces.hold());
      Process process =
          launcher.start(
              namespaces.commandLine(
                  ready, Map.of(), List.of(SystemTools.find("true").orElse("true"))),
              ProcessBuilder.Redirect.DISCARD,
              ProcessBuilder.Redirect.to(complaints.toFile()));
      try {
        try (OutputStream go = process.getOutputStream()) {
          go.write("go\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          // It has ended already; its exit code says so.
        }
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          return "no answer within " + PATIENCE_SECONDS + " s";
        }
      } finally {
        process.destroyForcibly();
      }
      boolean works = process.exitValue() == 0 && Files.deleteIfExists(ready);
      return works ? "" : firstLine(complaints, process.exitValue());
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String firstLine(Path complaints, int code) throws IOException {
    return Files.readString(complaints, StandardCharsets.ISO_8859_1)
        .lines()
        .findFirst()
        .orElse("exit code " + code);
  }
}
