package dev.heddle.client;

import dev.heddle.client.command.Command;
import dev.heddle.client.command.CommandTable;
import dev.heddle.client.command.HelpText;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.World;
import dev.heddle.client.submit.OwnJar;
import dev.heddle.containerlauncher.conf.NearestName;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The {@code heddle} command. */
public final class Main {
  private static final String SIMPLE_LOG = "org.apache.logging.log4j.simplelog.";

  private Main() {}

  public static void main(String[] args) {
    speakUtf8();
    configureLog(List.of(args).contains("--debug"));
    System.exit(run(args, System.out, System.err, System.getenv()));
  }

  /** Under the POSIX locale Java would print question marks for whatever isn't ASCII. */
  private static void speakUtf8() {
    if (Charset.defaultCharset().equals(StandardCharsets.US_ASCII)) {
      System.setOut(utf8(FileDescriptor.out));
      System.setErr(utf8(FileDescriptor.err));
    }
  }

  private static PrintStream utf8(FileDescriptor to) {
    OutputStream buffered = new BufferedOutputStream(new FileOutputStream(to));
    return new PrintStream(buffered, true, StandardCharsets.UTF_8);
  }

  /**
   * Warnings go to standard error by Log4j's own small logger: its whole one would take a quarter
   * of the time of a short command. Whoever configures Log4j by a property gets what they ask for.
   */
  private static void configureLog(boolean debug) {
    if (System.getProperty("log4j2.configurationFile") != null
        || System.getProperty("log4j.provider") != null) {
      return;
    }
    System.setProperty("log4j.provider", "org.apache.logging.log4j.simple.internal.SimpleProvider");
    System.setProperty(SIMPLE_LOG + "level", "WARN");
    System.setProperty(SIMPLE_LOG + "dev.heddle.level", debug ? "DEBUG" : "WARN");
    // Says at every start that no native library was found; nobody can act on it.
    System.setProperty(SIMPLE_LOG + "org.apache.hadoop.util.NativeCodeLoader.level", "ERROR");
    // Logs with a stack trace what it throws as well.
    System.setProperty(
        SIMPLE_LOG + "com.github.dockerjava.api.async.ResultCallbackTemplate.level", "OFF");
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
