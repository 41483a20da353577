package dev.heddle.tests.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processes of a job's hosts on this machine, as {@code /proc} shows them: what faults are done
 * to, as processes or in Docker containers.
 *
 * @param application the job's, in YARN
 * @param program how the command line of an algorithm's own process begins
 */
public record HostProcesses(String application, String program) {
  private static final Pattern CURRENT_HOST =
      Pattern.compile("\"current_host\"\\s*:\\s*\"([^\"]*)\"");
  private static final String BASE = "SAGEMAKER_BASE_DIR=";

  /**
   * The agent of a host.
   *
   * @throws IOException when there isn't exactly one
   */
  public long agent(String host) throws IOException {
    return one(
        "agent of " + host,
        process ->
            (process.line() + " ").contains("AgentMain --host " + host + " ")
                && process.line().contains("/bin/java ")
                && !process.line().startsWith("/bin/bash")
                && isOfApplication(process));
  }

  /**
   * The job's ApplicationMaster.
   *
   * @throws IOException when there isn't exactly one
   */
  public long master() throws IOException {
    return one(
        "ApplicationMaster of " + application,
        process ->
            (process.line() + " ").contains(".ApplicationMaster --staging ")
                && process.line().contains("/bin/java ")
                && !process.line().startsWith("/bin/bash")
                && isOfApplication(process));
  }

  /** Container ids tell how often the ResourceManager was restarted before: {@code e01_}. */
  private boolean isOfApplication(Seen process) {
    String id = application.replaceFirst("application", "CONTAINER_ID=container") + "_";
    return process.environment().stream()
        .anyMatch(
            variable -> variable.replaceFirst("container_e\\d+_", "container_").startsWith(id));
  }

  /**
   * The algorithm of a host.
   *
   * @param job its name
   * @throws IOException when there isn't exactly one
   */
  public long algorithm(String job, String host) throws IOException {
    return one(
        "algorithm of " + host,
        process ->
            process.line().startsWith(program)
                && process.environment().contains("TRAINING_JOB_NAME=" + job)
                && process.host().equals(Optional.of(host)));
  }

  /**
   * All processes of a job's algorithms, whatever they are called, on all hosts.
   *
   * @param job its name
   */
  public static List<Long> algorithms(String job) throws IOException {
    return all(process -> process.environment().contains("TRAINING_JOB_NAME=" + job)).stream()
        .map(Seen::pid)
        .toList();
  }

  /**
   * The same, once all hosts train.
   *
   * @param job its name
   * @param hosts how many it has
   * @throws IOException when there are fewer processes than hosts
   */
  public static List<Long> algorithms(String job, int hosts) throws IOException {
    List<Long> pids = algorithms(job);
    if (pids.size() < hosts) {
      throw new IOException("only the processes " + pids + " are there of " + hosts + " hosts");
    }
    return pids;
  }

  /**
   * @param signal such as {@code KILL}
   */
  public static void signal(long pid, String signal) throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    if (code != 0) {
      throw new IOException("kill -" + signal + " " + pid + " ended with " + code);
    }
  }

  private static long one(String what, Predicate<Seen> wanted) throws IOException {
    List<Seen> found = all(wanted);
    if (found.size() != 1) {
      throw new IOException("there are " + found.size() + " of the " + what + ": " + found);
    }
    return found.get(0).pid();
  }

  private static List<Seen> all(Predicate<Seen> wanted) throws IOException {
    List<Seen> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path directory : all) {
        Seen process = Seen.at(directory);
        if (wanted.test(process)) {
          found.add(process);
        }
      }
    }
    return found;
  }

  /**
   * @param directory below {@code /proc}
   * @param line the command line, arguments joined by spaces; empty when it has ended
   */
  private record Seen(Path directory, String line) {
    static Seen at(Path directory) {
      return new Seen(directory, String.join(" ", words(directory.resolve("cmdline"))));
    }

    long pid() {
      return Long.parseLong(directory.getFileName().toString());
    }

    List<String> environment() {
      return words(directory.resolve("environ"));
    }

    /** Which host's it is, as its own tree says. */
    Optional<String> host() {
      String base =
          environment().stream()
              .filter(variable -> variable.startsWith(BASE))
              .map(variable -> variable.substring(BASE.length()))
              .findFirst()
              .orElse("/opt/ml");
      // Through its root: it may have a mount namespace of its own.
      Path config = Path.of(directory + "/root" + base + "/input/config/resourceconfig.json");
      try {
        Matcher current = CURRENT_HOST.matcher(Files.readString(config));
        return current.find() ? Optional.of(current.group(1)) : Optional.empty();
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    private static List<String> words(Path file) {
      try {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        return Arrays.asList(text.split("\0", 0));
      } catch (IOException e) {
        return List.of();
      }
    }
  }
}
