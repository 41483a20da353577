package dev.heddle.client;

import dev.heddle.client.command.Command;
import dev.heddle.client.command.CommandTable;
import dev.heddle.client.command.HelpText;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.World;
import dev.heddle.client.submit.OwnJar;
import dev.heddle.containerlauncher.conf.NearestName;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The {@code heddle} command. */
public final class Main {
  private static final String LOG_CONFIGURATION = "log4j2.configurationFile";

  private Main() {}

  public static void main(String[] args) {
    if (System.getProperty(LOG_CONFIGURATION) == null) {
      System.setProperty(LOG_CONFIGURATION, "classpath:heddle-log4j2-client.xml");
    }
    System.exit(run(args, System.out, System.err, System.getenv()));
  }

  /**
   * Runs one command, and never ends the process.
   *
   * @param environment the variables that count, as {@code HADOOP_CONF_DIR} and {@code AWS_…}
   * @return the exit code
   */
  public static int run(
      String[] args, PrintStream out, PrintStream err, Map<String, String> environment) {
    return run(args, out, err, environment, new HadoopWorld());
  }

  static int run(
      String[] args,
      PrintStream out,
      PrintStream err,
      Map<String, String> environment,
      World world) {
    boolean terminal = err == System.err && Terminal.onStandardError(environment);
    Console console = new Console(out, err, terminal);
    if (args.length == 0) {
      err.print(HelpText.of(CommandTable.all()));
      return ExitCode.INPUT;
    }
    List<String> rest = Arrays.asList(args).subList(1, args.length);
    switch (args[0]) {
      case "--version", "version" -> {
        console.result("heddle " + version());
        return ExitCode.DONE;
      }
      case "--help", "-h", "help" -> {
        return help(console, rest);
      }
      default -> {
        Optional<Command> command = CommandTable.find(args[0]);
        if (command.isEmpty()) {
          return unknown(console, args[0]);
        }
        return new CommandRun(command.get(), console, environment, world).run(rest);
      }
    }
  }

  private static int help(Console console, List<String> topic) {
    if (topic.isEmpty()) {
      console.result(HelpText.of(CommandTable.all()).stripTrailing());
      return ExitCode.DONE;
    }
    Optional<Command> command = CommandTable.find(topic.get(0));
    if (command.isEmpty()) {
      return unknown(console, topic.get(0));
    }
    console.result(HelpText.of(command.get()).stripTrailing());
    return ExitCode.DONE;
  }

  private static int unknown(Console console, String name) {
    List<String> names = CommandTable.all().stream().map(Command::name).toList();
    console.progress(
        "heddle: there is no command '"
            + name
            + "'"
            + NearestName.of(name, names).map(near -> "; did you mean '" + near + "'?").orElse("")
            + " (heddle --help lists all)");
    return ExitCode.INPUT;
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? OwnJar.version(Main.class).orElse("(not built)") : version;
  }
}
