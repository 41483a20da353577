package dev.heddle.client.session;

import java.io.PrintStream;

/**
 * Where a command speaks: results on standard output, progress and errors on standard error.
 *
 * @param terminal whether standard error is a terminal, so that progress can be redrawn in place
 */
public record Console(PrintStream out, PrintStream err, boolean terminal) {

  /** A line of the command's result. */
  public void result(String line) {
    out.println(line);
    out.flush();
  }

  /** A line of progress. */
  public void progress(String line) {
    err.println(line);
    err.flush();
  }

  /** Something that the user should know although the command goes on. */
  public void warn(String line) {
    progress("heddle: warning: " + line);
  }
}
