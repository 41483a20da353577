package dev.heddle.client.command;

import dev.heddle.client.job.JobFollower;
import dev.heddle.client.job.JobStop;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Stops a job. */
final class StopCommand implements Command {
  @Override
  public String name() {
    return "stop";
  }

  @Override
  public String summary() {
    return "stop a job; what it has trained so far is kept";
  }

  @Override
  public String usage() {
    return "NAME";
  }

  @Override
  public String description() {
    return """
        Asks the job to stop: its algorithms get SIGTERM and up to 120 seconds to save, then the
        model is uploaded and the job is Stopped. Returns at once. A job that has not started yet is
        taken back.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("heddle stop digits-1");
  }

  @Override
  public List<Option> options() {
    return List.of();
  }

  @Override
  public int arguments() {
    return 1;
  }

  @Override
  public int run(Session session, CommandLine line)
      throws CommandException, IOException, InterruptedException {
    try (JobFollower follower = JobFollower.of(session, line.getArgs()[0])) {
      session.console().result(new JobStop(session, follower).stop());
      return ExitCode.DONE;
    }
  }
}
