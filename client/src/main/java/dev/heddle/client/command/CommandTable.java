package dev.heddle.client.command;

import java.util.List;
import java.util.Optional;

/** All commands there are. */
public final class CommandTable {
  private CommandTable() {}

  /** In the order of the help. */
  public static List<Command> all() {
    return List.of(
        new LocalCommand(),
        new SubmitCommand(),
        new DescribeCommand(),
        new ListCommand(),
        new StopCommand(),
        new LogsCommand(),
        new ValidateCommand(),
        new PipeCommand(),
        new DoctorCommand());
  }

  public static Optional<Command> find(String name) {
    return all().stream().filter(command -> command.name().equals(name)).findFirst();
  }
}
