package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the NodeManager, container-executor and Docker say when a container can't be started, and
 * what a user or an administrator can do about it.
 */
public final class LaunchFaults {
  private static final String DAEMON = "docker: ";
  private static final int MAX_QUOTE = 300;

  /** docker run's own exit codes, and what container-executor makes of them. */
  private static final Set<Integer> DOCKER_CODES = Set.of(7, 125, 126, 127);

  private record Known(Pattern words, Blame blame, String sentence) {
    Known(String words, Blame blame, String sentence) {
      this(Pattern.compile(words, Pattern.CASE_INSENSITIVE), blame, sentence);
    }
  }

  private final List<Known> known;

  /**
   * @param image TrainingImage
   * @param program what was to run in it
   * @param network the Docker network it was to have
   */
  public LaunchFaults(String image, String program, String network) {
    String quoted = "'" + image + "'";
    known =
        List.of(
            // With a GPU's device or runtime it is not run at all.
            new Known(
                "disable (runtime|devices) for untrusted image",
                Blame.CLIENT,
                ContainerTrust.sentence(image)),
            new Known(
                "unable to find image|manifest unknown|manifest for .* not found"
                    + "|pull access denied|repository .* not found|no such image"
                    + "|error parsing reference|name unknown",
                Blame.CLIENT,
                "The image "
                    + quoted
                    + " can't be found: check its name and tag, and that every node may pull it."),
            new Known(
                "executable file not found|exec: .*no such file or directory"
                    + "|stat .*: no such file or directory",
                Blame.CLIENT,
                "The image "
                    + quoted
                    + " has no executable program '"
                    + program
                    + "': put one of that name on its PATH, executable for every user, or give it"
                    + " an ENTRYPOINT that takes it as an argument."),
            new Known(
                "exec: .*permission denied|exec format error",
                Blame.CLIENT,
                "The program '"
                    + program
                    + "' of the image "
                    + quoted
                    + " can't be executed: make it executable for every user (chmod 755), for this"
                    + " node's architecture."),
            new Known(
                "disallowed network|(invalid|disallowed).{0,30}network|network.{0,60}not allowed",
                Blame.CLIENT,
                "The nodes don't allow the Docker network '"
                    + network
                    + "': have the administrator add it to"
                    + " yarn.nodemanager.runtime.linux.docker.allowed-container-networks and to"
                    + " docker.allowed.networks in container-executor.cfg, or set"
                    + " heddle.docker.network to one that is allowed."),
            new Known(
                "network .*not found",
                Blame.CLIENT,
                "The node has no Docker network '"
                    + network
                    + "': have the administrator make it on every node (docker network create), or"
                    + " set heddle.docker.network to one that exists."),
            new Known(
                "invalid docker .*mount|mount.{0,200}not allowed|mount.{0,80}invalid"
                    + "|could not determine real path of mount",
                Blame.CLIENT,
                "The nodes don't allow the mounts of a training job: have the administrator name the"
                    + " NodeManager's local and log directories in docker.allowed.rw-mounts (and"
                    + " docker.allowed.ro-mounts) of container-executor.cfg."),
            new Known(
                "below the minimum allowed|is not whitelisted|is banned|below threshold"
                    + "|requested user .* is not allowed",
                Blame.CLIENT,
                "The nodes refuse to run containers as this user: have the administrator look at"
                    + " min.user.id, banned.users and allowed.system.users in"
                    + " container-executor.cfg, or submit as another user."),
            new Known(
                "unknown runtime|could not select device driver|runtime.{0,60}not allowed"
                    + "|nvidia-container-cli|invalid docker.*(device|runtime)",
                Blame.CLIENT,
                "The node can't give a container its GPUs: have the administrator check the GPU"
                    + " plugin, docker.allowed.runtimes and docker.allowed.devices in"
                    + " container-executor.cfg, and Docker's NVIDIA runtime."),
            new Known(
                "cannot connect to the docker daemon|is the docker daemon running",
                Blame.PLATFORM,
                "The node's Docker engine doesn't answer."),
            new Known(
                "docker image name|invalid docker image",
                Blame.CLIENT,
                "YARN doesn't take " + quoted + " for the name of an image: write REPOSITORY:TAG."),
            new Known(
                "feature disabled: docker|docker.{0,40}(not enabled|disabled)|runtime.{0,40}(not allowed|not supported)"
                    + "|not a valid.{0,20}runtime|no runtime",
                Blame.CLIENT,
                "The nodes don't run Docker containers: have the administrator add docker to"
                    + " yarn.nodemanager.runtime.linux.allowed-runtimes and set"
                    + " module.enabled=true below [docker] in container-executor.cfg."));
  }

  /**
   * Empty when the algorithm was started, and its exit code is its own.
   *
   * @param log whether the container has one: without it nothing ever ran, and what the NodeManager
   *     says is all there is
   */
  Optional<Fault> of(AllocationEnd end, boolean log, String stderrHead) {
    if (!log || end.cause() == AllocationEnd.Cause.LAUNCH_FAILED) {
      return explain(end.detail());
    }
    if (!DOCKER_CODES.contains(end.exitCode())) {
      return Optional.empty();
    }
    // Docker's client speaks before the algorithm can: what follows is the algorithm's own word.
    String docker =
        stderrHead
            .lines()
            .filter(line -> line.startsWith(DAEMON) || line.startsWith("Unable to find image"))
            .reduce("", (a, b) -> a + b + "\n");
    if (docker.isEmpty()) {
      return Optional.empty();
    }
    return explain(docker)
        .or(
            () ->
                Optional.of(
                    new Fault(
                        Blame.PLATFORM,
                        "Docker did not start the container: " + quote(lastLine(docker)))));
  }

  /** What can be done about it, if these words of a NodeManager or of Docker are known. */
  public Optional<Fault> explain(String diagnostics) {
    String words = withoutLog(diagnostics);
    for (Known fault : known) {
      Matcher matcher = fault.words().matcher(words);
      if (matcher.find()) {
        return Optional.of(
            new Fault(fault.blame(), fault.sentence() + " It said: " + line(words, matcher)));
      }
    }
    return Optional.empty();
  }

  /** A NodeManager adds the end of what the process itself wrote: those words are not its own. */
  private static String withoutLog(String diagnostics) {
    int log = diagnostics.indexOf("Last 4096 bytes of");
    return log < 0 ? diagnostics : diagnostics.substring(0, log);
  }

  /**
   * The last thing that container-executor said of its own, out of a NodeManager's diagnostics; the
   * first line of all where it said nothing.
   */
  static String lastWords(String diagnostics) {
    int from = diagnostics.indexOf("Shell error output:");
    if (from < 0 || firstWords(diagnostics, from).isEmpty()) {
      from = diagnostics.indexOf("Shell output:");
    }
    String said = from < 0 ? "" : firstWords(diagnostics, from);
    return quote(said.isEmpty() ? ContainerFaults.firstLine(diagnostics) : said);
  }

  private static String firstWords(String diagnostics, int from) {
    return diagnostics
        .substring(diagnostics.indexOf(':', from) + 1)
        .lines()
        .map(String::strip)
        .takeWhile(line -> !line.startsWith("Shell output:") && !line.startsWith("["))
        .filter(line -> !line.isEmpty() && !line.startsWith("main :"))
        .reduce("", (a, b) -> b);
  }

  /** The line in which the words were found. */
  private static String line(String words, Matcher found) {
    int start = words.lastIndexOf('\n', found.start()) + 1;
    int end = words.indexOf('\n', found.end());
    return quote(words.substring(start, end < 0 ? words.length() : end));
  }

  private static String lastLine(String text) {
    return Arrays.stream(text.split("\n")).reduce("", (a, b) -> b);
  }

  private static String quote(String line) {
    String plain = line.strip();
    return plain.length() > MAX_QUOTE ? plain.substring(0, MAX_QUOTE) : plain;
  }
}
