package dev.heddle.tests.bench.parity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Signals to many processes at once. */
final class Signals {
  private Signals() {}

  /**
   * @param signal without SIG
   * @param pids those that have ended are passed over
   */
  static void send(String signal, List<Long> pids) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
    pids.forEach(pid -> command.add(pid.toString()));
    int unused =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
  }
}
