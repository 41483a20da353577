package dev.heddle.client.command;

import dev.heddle.client.job.JobFollower;
import dev.heddle.client.job.JobState;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Tells how one job stands. */
final class DescribeCommand implements Command {
  @Override
  public String name() {
    return "describe";
  }

  @Override
  public String summary() {
    return "tell how a job stands, or how it ended";
  }

  @Override
  public String usage() {
    return "NAME [--json]";
  }

  @Override
  public String description() {
    return """
        Tells the job's status, its hosts, its metrics, where its model is and why it failed; also
        long after its end. With --json in the shape of SageMaker's DescribeTrainingJob.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("heddle describe digits-1", "heddle describe digits-1 --json");
  }

  @Override
  public List<Option> options() {
    return List.of(Flags.flag("json", "the DescribeTrainingJob response"));
  }

  @Override
  public int arguments() {
    return 1;
  }

  @Override
  public int run(Session session, CommandLine line) throws CommandException, IOException {
    try (JobFollower follower = JobFollower.of(session, line.getArgs()[0])) {
      JobState state = follower.poll();
      state.note().ifPresent(session.console()::progress);
      if (line.hasOption("json")) {
        session.console().result(state.record().json().toPrettyString());
      } else {
        RecordText.lines(state.record(), session.world().clock().instant(), ZoneId.systemDefault())
            .forEach(session.console()::result);
      }
      return ExitCode.DONE;
    }
  }
}
