package dev.heddle.client;

import dev.heddle.client.cluster.ClusterRefusedException;
import dev.heddle.client.command.Command;
import dev.heddle.client.command.HelpText;
import dev.heddle.client.session.Causes;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import dev.heddle.client.session.World;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingOptionException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.hadoop.security.AccessControlException;

/** Runs one command and turns whatever it throws into an exit code and a sentence. */
final class CommandRun {
  private final Command command;
  private final Console console;
  private final Map<String, String> environment;
  private final World world;

  CommandRun(Command command, Console console, Map<String, String> environment, World world) {
    this.command = command;
    this.console = console;
    this.environment = environment;
    this.world = world;
  }

  int run(List<String> arguments) {
    if (arguments.contains("--help") || arguments.contains("-h")) {
      console.result(HelpText.of(command).stripTrailing());
      return ExitCode.DONE;
    }
    CommandLine line;
    try {
      line = parse(arguments);
    } catch (ParseException e) {
      console.progress("heddle " + command.name() + ": " + usageFault(e));
      console.progress("usage: heddle " + command.name() + " " + command.usage());
      return ExitCode.INPUT;
    }
    boolean debug = line.hasOption("debug");
    try (Session session = new Session(world, console, environment)) {
      return command.run(session, line);
    } catch (CommandException e) {
      return fail(e.exitCode(), e.getMessage(), e, debug);
    } catch (InterruptedException e) {
      return ExitCode.DETACHED;
    } catch (ClusterRefusedException e) {
      return fail(ExitCode.INPUT, "the ResourceManager refused: " + Causes.sentence(e), e, debug);
    } catch (AccessControlException e) {
      return fail(ExitCode.INPUT, "not permitted: " + Causes.sentence(e), e, debug);
    } catch (IOException e) {
      return fail(
          ExitCode.UNREACHABLE, "the cluster can't be reached: " + Causes.sentence(e), e, debug);
    } catch (RuntimeException | LinkageError e) {
      return internal(e, debug);
    }
  }

  private CommandLine parse(List<String> arguments) throws ParseException {
    Options options = new Options();
    command.options().forEach(options::addOption);
    options.addOption(Option.builder().longOpt("debug").get());
    CommandLine line = new DefaultParser(false).parse(options, arguments.toArray(String[]::new));
    int given = line.getArgList().size();
    if (given < command.arguments()) {
      throw new ParseException("the job's name is missing");
    }
    if (given > command.arguments()) {
      throw new ParseException(
          "'" + line.getArgList().get(command.arguments()) + "' is one argument too many");
    }
    return line;
  }

  private static String usageFault(ParseException e) {
    if (e instanceof MissingOptionException missing) {
      return "--" + missing.getMissingOptions().get(0) + " is missing";
    }
    return e.getMessage();
  }

  private int fail(int exitCode, String message, Throwable cause, boolean debug) {
    message.lines().forEach(line -> console.progress("heddle: " + line));
    if (debug) {
      cause.printStackTrace(console.err());
    }
    return exitCode;
  }

  /** A fault of our own: the stack trace goes to a file, so that it can be reported. */
  private int internal(Throwable fault, boolean debug) {
    String where = "run it again with --debug to see where";
    try {
      Path file = Files.createTempFile("heddle-fault-", ".txt");
      try (PrintStream out = new PrintStream(file.toFile(), StandardCharsets.UTF_8)) {
        fault.printStackTrace(out);
      }
      where = "details are in " + file;
    } catch (IOException e) {
      fault.addSuppressed(e);
    }
    return fail(
        ExitCode.INTERNAL,
        "a fault of heddle itself: "
            + fault.getClass().getSimpleName()
            + ": "
            + Causes.sentence(fault)
            + " ("
            + where
            + ")",
        fault,
        debug);
  }
}
