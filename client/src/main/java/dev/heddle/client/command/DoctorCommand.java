package dev.heddle.client.command;

import dev.heddle.client.doctor.Doctor;
import dev.heddle.client.doctor.DoctorPlan;
import dev.heddle.client.doctor.Finding;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import dev.heddle.client.submit.SettingsCheck;
import dev.heddle.containerlauncher.conf.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Looks a cluster over and says what its administrator should change. */
final class DoctorCommand implements Command {
  private static final int MOST_HOSTS = 1000;
  private static final int MOST_GPUS = 64;
  private static final int PATIENCE = 300;

  @Override
  public String name() {
    return "doctor";
  }

  @Override
  public String summary() {
    return "check a cluster, and say what to change";
  }

  @Override
  public String usage() {
    return "[--output S3URI [--image IMAGE] [--hosts N] [--gpus N] [--timeout SECONDS] [--role"
        + " ARN]] [--queue QUEUE] [--conf KEY=VALUE ...] [--json]";
  }

  @Override
  public String description() {
    return """
    Checks whether a cluster can run training jobs, and says for each fault which property of
    which file the administrator changes. With --output it runs a small training job of its own,
    the probe, and tells what an algorithm finds on the nodes; with --image the probe is a
    Docker container of that image, else a process. Afterwards nothing of it is left in S3 or in
    the staging directory. The image needs /bin/sh and no ENTRYPOINT of its own.
    Ends with 0 only when there is no fault and no warning.
    """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "heddle doctor",
        "heddle doctor --output s3://my-bucket/doctor",
        "heddle doctor --output s3://my-bucket/doctor --image registry.example.com/debian:12"
            + " --hosts 3 --gpus 1 --json");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Flags.value("output", "S3URI", "where the probe may write"),
        Flags.value("image", "IMAGE", "the Docker image of the probe"),
        Flags.value("hosts", "N", "on how many nodes at once (default: 1)"),
        Flags.value("gpus", "N", "GPUs of each of its hosts (default: 0)"),
        Flags.value("timeout", "SECONDS", "how long the probe may take (default: 300)"),
        Flags.value("role", "ARN", "its RoleArn, where heddle.s3.assume-role is true"),
        Flags.value("queue", "QUEUE", "the scheduler queue (default: heddle.queue)"),
        Flags.values("conf", "KEY=VALUE", "a setting of this run alone; may be given again"),
        Flags.flag("json", "one JSON document with all findings"));
  }

  @Override
  public int arguments() {
    return 0;
  }

  @Override
  public int run(Session session, CommandLine line) throws CommandException, InterruptedException {
    DoctorPlan plan = plan(line);
    session.warmUp();
    String[] conf = line.getOptionValues("conf");
    Map<String, String> overrides =
        new TreeMap<>(SettingsCheck.overrides(conf == null ? List.of() : List.of(conf)));
    Optional.ofNullable(line.getOptionValue("queue"))
        .ifPresent(queue -> overrides.put(Setting.QUEUE.key(), queue));
    boolean json = line.hasOption("json");
    FindingText text = new FindingText(session.console());
    List<Finding> findings =
        new Doctor(session, session.settings(overrides), plan, json ? finding -> {} : text::print)
            .examine();
    if (json) {
      session.console().result(FindingText.json(findings).toPrettyString());
    } else {
      text.summary(findings);
    }
    return FindingText.wrong(findings) ? ExitCode.FAILED : ExitCode.DONE;
  }

  private static DoctorPlan plan(CommandLine line) throws CommandException {
    Optional<String> output = Optional.ofNullable(line.getOptionValue("output"));
    if (output.isEmpty()) {
      for (String option : List.of("image", "hosts", "gpus", "timeout", "role")) {
        if (line.hasOption(option)) {
          throw CommandException.input(
              "--" + option + " is for the probe, which needs --output s3://… as well");
        }
      }
    }
    return new DoctorPlan(
        output,
        Optional.ofNullable(line.getOptionValue("image")),
        whole(line, "hosts", 1, 1, MOST_HOSTS),
        whole(line, "gpus", 0, 0, MOST_GPUS),
        Duration.ofSeconds(whole(line, "timeout", PATIENCE, 1, 86_400)),
        Optional.ofNullable(line.getOptionValue("role")));
  }

  private static int whole(CommandLine line, String option, int without, int least, int most)
      throws CommandException {
    String text = line.getOptionValue(option);
    if (text == null) {
      return without;
    }
    if (text.matches("\\d{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw CommandException.input(
        "--" + option + " must be a whole number from " + least + " to " + most);
  }
}
