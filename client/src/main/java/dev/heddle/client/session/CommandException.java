package dev.heddle.client.session;

import java.util.List;

/** Ends a command with an exit code and what to tell the user: one sentence a line. */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  public CommandException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  public CommandException(int exitCode, String message) {
    this(exitCode, message, null);
  }

  /** The user's input is wrong. */
  public static CommandException input(String message) {
    return new CommandException(ExitCode.INPUT, message);
  }

  /** The user's input is wrong in several ways. */
  public static CommandException input(List<String> messages) {
    return input(String.join(System.lineSeparator(), messages));
  }

  /** Something outside can't be reached. */
  public static CommandException unreachable(String message, Throwable cause) {
    return new CommandException(ExitCode.UNREACHABLE, message, cause);
  }

  public int exitCode() {
    return exitCode;
  }
}
