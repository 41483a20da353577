package dev.heddle.client.command;

import dev.heddle.client.job.JobFollower;
import dev.heddle.client.s3.S3Choice;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import dev.heddle.client.submit.JobFile;
import dev.heddle.client.submit.S3Opening;
import dev.heddle.client.submit.SettingsCheck;
import dev.heddle.client.submit.Submission;
import dev.heddle.client.watch.Conclusion;
import dev.heddle.client.watch.JobWatch;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Submits a job, and may wait for its end. */
final class SubmitCommand implements Command {
  @Override
  public String name() {
    return "submit";
  }

  @Override
  public String summary() {
    return "check a job file and submit it";
  }

  @Override
  public String usage() {
    return "--job FILE [--wait] [--queue QUEUE] [--conf KEY=VALUE ...]";
  }

  @Override
  public String description() {
    return """
    Checks the job file (a CreateTrainingJob request as JSON), that its inputs exist, that its
    output can be written, and that its hosts fit the cluster; tells everything that is wrong
    at once, and then submits nothing. Otherwise prints the job's name and its YARN
    application. With --wait it shows the job's progress and ends when the job has ended;
    Ctrl-C leaves the job running.
    """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "heddle submit --job job.json --wait",
        "heddle submit --job job.json --queue research --conf heddle.placement=pack");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Flags.required("job", "FILE", "the job file"),
        Flags.flag("wait", "wait for the job's end; the exit code tells how it ended"),
        Flags.value("queue", "QUEUE", "the scheduler queue (default: heddle.queue)"),
        Flags.values("conf", "KEY=VALUE", "a setting of this job alone; may be given again"));
  }

  @Override
  public int arguments() {
    return 0;
  }

  @Override
  public int run(Session session, CommandLine line)
      throws CommandException, IOException, InterruptedException {
    session.warmUp();
    Settings settings = settings(session, line);
    Submission.Submitted submitted = submit(session, line.getOptionValue("job"), settings);
    Console console = session.console();
    if (!line.hasOption("wait")) {
      console.result(submitted.name() + " " + submitted.applicationId());
      return ExitCode.DONE;
    }
    console.progress(
        "Submitted "
            + submitted.name()
            + " as "
            + submitted.applicationId()
            + " to queue "
            + submitted.queue());
    return await(session, submitted);
  }

  private static Submission.Submitted submit(Session session, String job, Settings settings)
      throws CommandException, IOException, InterruptedException {
    if (S3Choice.assumesRole(settings)) {
      return submitByRole(session, job, settings);
    }
    S3Opening s3;
    try {
      s3 = S3Opening.begin(session, settings);
    } catch (IllegalArgumentException e) {
      JobFile.read(job, settings); // may have more to say
      throw CommandException.input(e.getMessage());
    }
    try (s3) {
      JobFile file = JobFile.read(job, settings);
      return new Submission(session, file, settings, s3).submit();
    }
  }

  /** The role stands in the job file, so that S3 has to wait for it. */
  private static Submission.Submitted submitByRole(Session session, String job, Settings settings)
      throws CommandException, IOException, InterruptedException {
    JobFile file = JobFile.read(job, settings);
    S3Opening s3;
    try {
      s3 = S3Opening.begin(session, settings, file.request());
    } catch (IllegalArgumentException e) {
      throw CommandException.input(e.getMessage());
    }
    try (s3) {
      return new Submission(session, file, settings, s3).submit();
    }
  }

  private static Settings settings(Session session, CommandLine line) throws CommandException {
    String[] conf = line.getOptionValues("conf");
    Map<String, String> overrides =
        new TreeMap<>(SettingsCheck.overrides(conf == null ? List.of() : List.of(conf)));
    if (line.hasOption("queue")) {
      overrides.put(Setting.QUEUE.key(), line.getOptionValue("queue"));
    }
    return session.settings(overrides);
  }

  private static int await(Session session, Submission.Submitted submitted)
      throws CommandException, IOException, InterruptedException {
    String goOn = goOn(submitted.name());
    Console console = session.console();
    try (JobFollower follower = new JobFollower(session, submitted.job());
        Closeable hook = session.world().onInterrupt(() -> console.progress(goOn))) {
      return Conclusion.tell(
          console,
          new JobWatch(session, follower).untilEnd(),
          Optional.of("heddle logs " + submitted.name()));
    } catch (InterruptedException e) {
      console.progress(goOn);
      return ExitCode.DETACHED;
    }
  }

  private static String goOn(String name) {
    return System.lineSeparator()
        + "Detached; the job goes on. See how it stands: heddle describe "
        + name
        + "; stop it: heddle stop "
        + name;
  }
}
