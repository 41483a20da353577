package dev.heddle.client.command;

import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** One command of the program. */
public interface Command {
  String name();

  /** One line for the list of commands. */
  String summary();

  /** What follows the command's name, such as {@code NAME [--json]}. */
  String usage();

  /** A few sentences, each line ready to print. */
  String description();

  List<String> examples();

  List<Option> options();

  /** How many arguments that are no options it wants. */
  int arguments();

  /**
   * Runs it.
   *
   * @return the exit code
   * @throws CommandException what the user must be told, and the exit code
   * @throws IOException when the cluster can't be reached
   * @throws InterruptedException when the user gives up waiting
   */
  int run(Session session, CommandLine line)
      throws CommandException, IOException, InterruptedException;
}
