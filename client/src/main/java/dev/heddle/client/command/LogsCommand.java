package dev.heddle.client.command;

import dev.heddle.client.job.JobFollower;
import dev.heddle.client.logs.JobLogs;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Shows the algorithms' logs. */
final class LogsCommand implements Command {
  @Override
  public String name() {
    return "logs";
  }

  @Override
  public String summary() {
    return "show what the algorithm printed";
  }

  @Override
  public String usage() {
    return "NAME [--host HOST] [--follow]";
  }

  @Override
  public String description() {
    return """
        Shows standard output and standard error of the job's algorithm: of all hosts, each line
        behind its host's name, or of one host as it is. Works while the job runs and, where the
        cluster aggregates logs, after its end.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "heddle logs digits-1",
        "heddle logs digits-1 --follow",
        "heddle logs digits-1 --host algo-2");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Flags.value("host", "HOST", "only this host, such as algo-2"),
        Flags.flag("follow", "go on until the job has ended"));
  }

  @Override
  public int arguments() {
    return 1;
  }

  @Override
  public int run(Session session, CommandLine line)
      throws CommandException, IOException, InterruptedException {
    try (JobFollower follower = JobFollower.of(session, line.getArgs()[0])) {
      new JobLogs(session, follower, Optional.ofNullable(line.getOptionValue("host")))
          .show(line.hasOption("follow"));
      return ExitCode.DONE;
    }
  }
}
