package dev.heddle.client.command;

import dev.heddle.client.engine.ContainerPlan.Bind;
import dev.heddle.client.local.LocalJob;
import dev.heddle.client.local.LocalRequest;
import dev.heddle.client.s3.S3Choice;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import dev.heddle.client.submit.JobFile;
import dev.heddle.client.submit.S3Opening;
import dev.heddle.client.submit.SettingsCheck;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.OptMl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Runs a job on this machine's Docker engine. */
final class LocalCommand implements Command {
  private static final Set<String> TAKEN = Set.of("/", OptMl.PATH, "/etc/hosts");

  @Override
  public String name() {
    return "local";
  }

  @Override
  public String summary() {
    return "run a job on this machine's Docker engine";
  }

  @Override
  public String usage() {
    return "--job FILE [--limits] [--mount SRC:DST[:rw] ...] [--work DIR] [--keep]"
        + " [--conf KEY=VALUE ...]";
  }

  @Override
  public String description() {
    return """
    Runs the job of a job file here, as a cluster would: each host is a container of this
    machine's Docker engine (DOCKER_HOST, else /var/run/docker.sock) on a network of the job's
    own, with Pipe mode, checkpoints, relaunch and the model where the job file says. Channels,
    output and checkpoints may also be directories of this machine: file:///DIR. Shows the
    progress and what the algorithms print, and ends when the job has ended; nothing is left
    but what the job has written. Ctrl-C stops the job as heddle stop does, so that it can save
    its model; a second Ctrl-C ends it at once.
    """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "heddle local --job job.json",
        "heddle local --job job.json --limits",
        "heddle local --job job.json --mount ./src:/opt/program");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Flags.required("job", "FILE", "the job file"),
        Flags.flag("limits", "each container has the memory and the CPUs of the instance type"),
        Flags.values(
            "mount",
            "SRC:DST[:rw]",
            "put SRC of this machine at DST of every container, over the image's; may be given"
                + " again"),
        Flags.value(
            "work", "DIR", "where the hosts' files lie while it runs (default: ~/.heddle/local)"),
        Flags.flag("keep", "leave the hosts' files there for a look afterwards"),
        Flags.values("conf", "KEY=VALUE", "a setting of this job alone; may be given again"));
  }

  @Override
  public int arguments() {
    return 0;
  }

  @Override
  public int run(Session session, CommandLine line)
      throws CommandException, IOException, InterruptedException {
    LocalRequest wanted =
        new LocalRequest(
            mounts(line.getOptionValues("mount")),
            line.hasOption("limits"),
            path("--work", line.getOptionValue("work", home())),
            line.hasOption("keep"));
    String[] conf = line.getOptionValues("conf");
    Map<String, String> overrides =
        new TreeMap<>(SettingsCheck.overrides(conf == null ? List.of() : List.of(conf)));
    overrides.putAll(LocalJob.settings("heddle-local"));
    Settings settings = session.settings(overrides);
    JobFile file = JobFile.readLocal(line.getOptionValue("job"), settings);
    try (S3Opening s3 = s3(session, settings, file)) {
      return new LocalJob(session, wanted, file, settings, s3).run();
    }
  }

  private static S3Opening s3(Session session, Settings settings, JobFile file)
      throws CommandException {
    try {
      return S3Choice.assumesRole(settings)
          ? S3Opening.begin(session, settings, file.request())
          : S3Opening.begin(session, settings);
    } catch (IllegalArgumentException e) {
      throw CommandException.input(e.getMessage());
    }
  }

  private static String home() {
    return Path.of(System.getProperty("user.home"), ".heddle", "local").toString();
  }

  private static Path path(String option, String text) throws CommandException {
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw CommandException.input(option + " " + text + ": is no path");
    }
  }

  /** All faults at once. */
  private static List<Bind> mounts(String[] given) throws CommandException {
    List<Bind> binds = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (String text : given == null ? List.<String>of() : List.of(given)) {
      String[] parts = text.split(":", -1);
      boolean writable = parts.length == 3 && parts[2].equals("rw");
      if (parts.length != 2 && !writable) {
        faults.add("--mount " + text + ": must be SRC:DST, or SRC:DST:rw to write to SRC");
        continue;
      }
      Path source = path("--mount", parts[0]);
      if (parts[0].isEmpty() || !Files.exists(source)) {
        faults.add("--mount " + text + ": there is no " + source);
      } else if (!parts[1].startsWith("/") || TAKEN.contains(Path.of(parts[1]).normalize() + "")) {
        faults.add(
            "--mount "
                + text
                + ": DST must be an absolute path in the container, and not "
                + parts[1]);
      } else {
        binds.add(new Bind(source.toString(), parts[1], !writable));
      }
    }
    if (!faults.isEmpty()) {
      throw CommandException.input(faults);
    }
    return binds;
  }
}
