package dev.heddle.containerlauncher.runtime;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts processes from one thread that lives as long as the agent. The kernel sends a child its
 * parent-death signal when the thread that made it ends (PR_SET_PDEATHSIG, prctl(2)), so a thread
 * of a pool would take the algorithm with it.
 */
final class Launcher implements AutoCloseable {
  /** What the scripts themselves run with; the algorithm gets its own. */
  private static final Map<String, String> CLEAN =
      Map.of("PATH", Program.SYSTEM_PATH, "LC_ALL", "C");

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread t = new Thread(work, "launcher");
            t.setDaemon(true);
            return t;
          });

  Process start(
      List<String> commandLine, ProcessBuilder.Redirect stdout, ProcessBuilder.Redirect stderr)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(commandLine);
    builder.environment().clear();
    builder.environment().putAll(CLEAN);
    builder.directory(new java.io.File("/"));
    builder.redirectOutput(stdout).redirectError(stderr);
    try {
      return thread.submit(builder::start).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cannot) {
        throw cannot;
      }
      throw new IOException(e.getCause());
    }
  }

  /** Ends every process that was started with a parent-death signal. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
