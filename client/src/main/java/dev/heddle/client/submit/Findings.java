package dev.heddle.client.submit;

import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.ExitCode;
import dev.heddle.pipemode.ObjectStoreException;
import java.util.ArrayList;
import java.util.List;

/** Everything that the checks before a submission found, collected so that all is told at once. */
public final class Findings {
  private final List<String> faults = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private boolean unreachable;

  public synchronized void fault(String message) {
    faults.add(message);
  }

  public synchronized void unreachable(String message) {
    faults.add(message);
    unreachable = true;
  }

  public synchronized void warning(String message) {
    warnings.add(message);
  }

  /** What the object store refused, in its own words after ours. */
  void store(String what, ObjectStoreException e) {
    String message = what + ": " + e.getMessage();
    if (e.kind() == ObjectStoreException.Kind.UNREACHABLE) {
      unreachable(message);
    } else {
      fault(message);
    }
  }

  /**
   * Prints the warnings.
   *
   * @throws CommandException with all faults, when there are any
   */
  public synchronized void settle(Console console) throws CommandException {
    warnings.forEach(console::warn);
    if (!faults.isEmpty()) {
      throw new CommandException(
          unreachable ? ExitCode.UNREACHABLE : ExitCode.INPUT,
          String.join(System.lineSeparator(), faults));
    }
  }
}
