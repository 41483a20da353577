package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Tells an algorithm's own end from everything that YARN and Docker can do to its container, by
 * what the NodeManager says and by what stands at the beginning of the container's log.
 */
final class ContainerFaults {
  private static final int HEAD = 16 << 10;
  private static final Duration PUNCTUAL = Duration.ofSeconds(10);
  private static final int KILLED = 128 + 9;

  private final String image;
  private final ContainerTrust trust;
  private final AlgorithmLogs logs;
  private final LaunchFaults launchFaults;

  ContainerFaults(String image, String program, String network, AlgorithmLogs logs) {
    this.image = image;
    this.trust = new ContainerTrust();
    this.logs = logs;
    this.launchFaults = new LaunchFaults(image, program, network);
  }

  /** Empty when the algorithm itself ended, whatever its exit code. */
  Optional<Fault> of(AllocationEnd end) {
    String stdout = head(logs.stdout());
    String stderr = head(logs.stderr());
    if (trust.mountsDropped(stdout, stderr)) {
      return Optional.of(new Fault(Blame.CLIENT, ContainerTrust.sentence(image)));
    }
    return switch (end.cause()) {
      case EXITED, LAUNCH_FAILED -> {
        boolean ran = Files.exists(logs.stdout());
        Optional<Fault> known = launchFaults.of(end, ran, stderr);
        boolean own = ran && end.cause() == AllocationEnd.Cause.EXITED;
        yield known.isEmpty() && !own ? Optional.of(broken(end)) : known;
      }
      case OUT_OF_MEMORY ->
          Optional.of(
              new Fault(
                  Blame.ALGORITHM,
                  "The algorithm used more memory than its instance type has and was killed. Choose"
                      + " a larger instance type, or use less memory. "
                      + firstLine(end.detail()),
                  true));
      case EXCESS_LOGS ->
          Optional.of(
              new Fault(
                  Blame.ALGORITHM,
                  "The algorithm wrote more log than the cluster allows and was killed. Have it"
                      + " print less. "
                      + firstLine(end.detail())));
      // Ours: the one who asked for it knows why.
      case RELEASED -> Optional.empty();
      default -> Optional.of(broken(end));
    };
  }

  private static Fault broken(AllocationEnd end) {
    return new Fault(
        Blame.PLATFORM,
        "We encountered an internal error. Please try again. The algorithm's container "
            + new AllocationEnd(end.cause(), end.exitCode(), LaunchFaults.lastWords(end.detail()))
                .describe());
  }

  /**
   * Only for an end that is no fault.
   *
   * @param late how long after its end it was told
   */
  AlgorithmStatus status(AllocationEnd end, Duration late) {
    return new AlgorithmStatus(
        end.cause() == AllocationEnd.Cause.RELEASED ? KILLED : end.exitCode(),
        late.compareTo(PUNCTUAL) <= 0
            ? ""
            : "YARN told the end of its container "
                + late.toSeconds()
                + " s late; have the administrator set docker.inspect.max.retries=1 in"
                + " container-executor.cfg");
  }

  static String firstLine(String text) {
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst().orElse("");
  }

  private static String head(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(HEAD), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
