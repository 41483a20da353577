package dev.heddle.client.command;

import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.Option;

/** The program's help, and each command's. */
public final class HelpText {
  private static final String EXIT_CODES =
      """
      Exit codes:
        0    done; submit --wait, local: the job Completed; doctor: all is well
        1    submit --wait, local: the job Failed; doctor: something is to be changed
        2    wrong usage, wrong input, or no such job
        3    submit --wait, local: the job was Stopped
        4    the cluster, S3 or the Docker engine could not be reached
        70   a fault of heddle itself
        130  submit --wait or logs --follow was interrupted; the job goes on;
             local: ended at once by a second Ctrl-C
      """;

  private HelpText() {}

  /** The list of commands. */
  public static String of(List<Command> commands) {
    StringBuilder text = new StringBuilder();
    text.append("heddle runs SageMaker-style training jobs on Hadoop YARN.\n\n");
    text.append("Usage: heddle COMMAND [OPTIONS]\n\nCommands:\n");
    for (Command command : commands) {
      row(text, command.name(), command.summary());
    }
    row(text, "help", "this text, or with a command's name that command's help");
    text.append("\nOptions of every command:\n");
    row(text, "--help", "the command's help with examples");
    row(text, "--debug", "print the whole stack trace of a fault");
    row(text, "--version", "heddle's version");
    return text.append('\n').append(EXIT_CODES).toString();
  }

  /** One command's help. */
  public static String of(Command command) {
    StringBuilder text = new StringBuilder();
    text.append("Usage: heddle ").append(command.name());
    if (!command.usage().isEmpty()) {
      text.append(' ').append(command.usage());
    }
    text.append("\n\n").append(command.description().strip()).append("\n");
    if (!command.options().isEmpty()) {
      text.append("\nOptions:\n");
      for (Option option : command.options()) {
        String name = "--" + option.getLongOpt();
        row(
            text,
            option.hasArg() ? name + " " + option.getArgName() : name,
            option.getDescription());
      }
    }
    text.append("\nExamples:\n");
    command.examples().forEach(example -> text.append("  ").append(example).append('\n'));
    return text.append('\n').append(EXIT_CODES).toString();
  }

  private static void row(StringBuilder text, String left, String right) {
    text.append(String.format(Locale.ROOT, "  %-20s %s%n", left, right));
  }
}
