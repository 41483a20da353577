package dev.heddle.containerlauncher.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A small process that outlives the agent for as long as it takes to kill what an algorithm without
 * namespaces left behind.
 */
final class Guardian {
  private final Process process;

  private Guardian(Process process) {
    this.process = process;
  }

  static Guardian start(Launcher launcher, String mark) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    SystemTools.find("setsid").ifPresent(line::add);
    line.addAll(
        List.of(SystemTools.shell(), "-c", Scripts.load("guardian.sh"), "heddle-guardian", mark));
    return new Guardian(
        launcher.start(line, ProcessBuilder.Redirect.DISCARD, ProcessBuilder.Redirect.DISCARD));
  }

  /** Tells it the algorithm's session. */
  void watch(long algorithmPid) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write((algorithmPid + "\n").getBytes(StandardCharsets.US_ASCII));
    in.flush();
  }

  /** The algorithm has ended: completes once nothing of it is left, true if so. */
  CompletableFuture<Boolean> sweep() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It is gone, so its input is closed already.
    }
    return process.onExit().thenApply(ended -> ended.exitValue() == 0);
  }
}
