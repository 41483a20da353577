package dev.heddle.client.command;

import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import dev.heddle.client.submit.JobFile;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Checks a job file without the cluster and S3. */
final class ValidateCommand implements Command {
  @Override
  public String name() {
    return "validate";
  }

  @Override
  public String summary() {
    return "check a job file without submitting it";
  }

  @Override
  public String usage() {
    return "--job FILE";
  }

  @Override
  public String description() {
    return """
        Checks the job file's members, limits and patterns, and prints every fault with its JSON
        path. Asks neither the cluster nor S3.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of("heddle validate --job job.json");
  }

  @Override
  public List<Option> options() {
    return List.of(Flags.required("job", "FILE", "the job file"));
  }

  @Override
  public int arguments() {
    return 0;
  }

  @Override
  public int run(Session session, CommandLine line) throws CommandException {
    JobFile file = JobFile.read(line.getOptionValue("job"), session.settings(Map.of()));
    session.console().result(file.name() + ": a valid training job");
    return ExitCode.DONE;
  }
}
