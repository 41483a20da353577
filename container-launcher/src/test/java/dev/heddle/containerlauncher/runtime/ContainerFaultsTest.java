package dev.heddle.containerlauncher.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.AllocationEnd.Cause;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a container is taken from real NodeManagers and engines. */
class ContainerFaultsTest {
  @TempDir Path dir;

  private Optional<Fault> fault(AllocationEnd end, String stdout, String stderr)
      throws IOException {
    AlgorithmLogs logs = new AlgorithmLogs(dir);
    Files.writeString(logs.stdout(), stdout);
    Files.writeString(logs.stderr(), stderr);
    return new ContainerFaults("local/fraud:4", "train", "blue", logs).of(end);
  }

  private static AllocationEnd exit(int code, String diagnostics) {
    return new AllocationEnd(Cause.EXITED, code, diagnostics);
  }

  private void assertFault(Blame blame, String words, Optional<Fault> fault) {
    assertEquals(blame, fault.orElseThrow().blame());
    assertTrue(fault.get().message().contains(words), fault.get().message());
  }

  @Test
  void anAlgorithmsOwnExitIsNoFault() throws IOException {
    assertEquals(Optional.empty(), fault(exit(0, ""), "", ""));
    assertEquals(Optional.empty(), fault(exit(1, "Exception from container-launch."), "", "oh"));
    assertEquals(Optional.empty(), fault(exit(127, ""), "", "sh: 1: nvcc: not found"));
    assertEquals(
        Optional.empty(),
        fault(exit(1, ""), "", "docker: Error response from daemon: network blue not found."));
  }

  /** YARN adds the end of stderr to its diagnostics. */
  @Test
  void theAlgorithmsOwnWordsAreNotTakenForTheNodes() throws IOException {
    String stderr = "Repository 'acme/bert' not found. Mount of /data not allowed.\n";
    assertEquals(
        Optional.empty(),
        fault(
            exit(
                1,
                "Exception from container-launch.\nExit code: 1\n"
                    + "Container exited with a non-zero exit code 1. Error file: stderr.txt.\n"
                    + "Last 4096 bytes of stderr.txt :\n"
                    + stderr),
            "Launching docker container...\n",
            stderr));
  }

  @Test
  void whatAnApplicationMasterPrintedIsNotTakenForTheNodes() {
    assertEquals(
        Optional.empty(),
        new LaunchFaults("", "", "")
            .explain(
                "Exit code: 1\nLast 4096 bytes of am.err :\nthe repository acme was not found\n"));
  }

  @Test
  void anImageThatIsNotThereIsTheUsersToName() throws IOException {
    assertFault(
        Blame.CLIENT,
        "'local/fraud:4' can't be found",
        fault(
            exit(125, "Exception from container-launch."),
            "",
            "Unable to find image 'local/fraud:4' locally\n"
                + "docker: Error response from daemon: pull access denied for local/fraud.\n"));
  }

  @Test
  void aMissingProgramIsNamed() throws IOException {
    assertFault(
        Blame.CLIENT,
        "no executable program 'train'",
        fault(
            exit(127, ""),
            "",
            "docker: Error response from daemon: failed to create shim task: OCI runtime create"
                + " failed: runc create failed: unable to start container process: exec: \"train\":"
                + " executable file not found in $PATH: unknown.\n"));
  }

  @Test
  void droppedMountsAreFoundThoughTheAlgorithmEndedWell() throws IOException {
    assertFault(
        Blame.CLIENT,
        "docker.trusted.registries",
        fault(
            exit(0, ""),
            "Launching docker container...\nDocker run command: /usr/bin/docker run --name=c1"
                + " --net=host other/fraud:4 train\n",
            ""));
    assertEquals(
        Optional.empty(),
        fault(
            exit(0, ""),
            "Launching docker container...\nDocker run command: /usr/bin/docker run --name=c1"
                + " -v /n/ml:/opt/ml:rw local/fraud:4 train\nfine\n",
            ""));
  }

  @Test
  void aNetworkThatIsNotAllowedIsTheAdministrators() throws IOException {
    assertFault(
        Blame.CLIENT,
        "'blue'",
        fault(
            new AllocationEnd(
                Cause.LAUNCH_FAILED,
                0,
                "Disallowed network:  'blue' specified. Allowed networks: are [host, none]"),
            "",
            ""));
  }

  @Test
  void aContainerThatUsedTooMuchMemorySaysSoToTheMachineToo() throws IOException {
    String detail = "Container [pid=7] is running 2B beyond the 'PHYSICAL' memory limit.";
    Optional<Fault> fault = fault(new AllocationEnd(Cause.OUT_OF_MEMORY, 0, detail), "", "");
    assertFault(Blame.ALGORITHM, "use less memory. " + detail, fault);
    assertTrue(fault.orElseThrow().outOfMemory());
  }

  @Test
  void whatNobodyKnowsIsThePlatforms() throws IOException {
    assertFault(
        Blame.PLATFORM,
        "was preempted",
        fault(new AllocationEnd(Cause.PREEMPTED, 0, "Container preempted"), "", ""));
    assertFault(
        Blame.PLATFORM,
        "could not be started: the sky fell",
        fault(new AllocationEnd(Cause.LAUNCH_FAILED, 0, "the sky fell\nat x"), "", ""));
  }

  @Test
  void aContainerWithoutALogNeverRanAndTheNodesWordsAreTold() {
    AllocationEnd end =
        exit(
            32,
            """
            [2026-11-25 04:10:56.176]Exception from container-launch.
            Container id: container_1
            Exit code: 32
            Exception message: Launch container failed
            Shell error output: Some new refusal

            Shell output: main : command provided 4
            main : run as user is nobody

            [2026-11-25 04:10:56.180]Container exited with a non-zero exit code 32.
            """);
    ContainerFaults faults = new ContainerFaults("i", "train", "host", new AlgorithmLogs(dir));
    assertFault(Blame.PLATFORM, "ended with exit code 32: Some new refusal", faults.of(end));
  }

  @Test
  void anUntrustedImageThatWantsGpusIsNamedToo() {
    assertFault(
        Blame.CLIENT,
        "docker.trusted.registries",
        new LaunchFaults("other/i", "train", "host")
            .explain(
                """
                Exit code: 29
                Shell error output: image: other/i is not trusted.
                Disable runtime for untrusted image
                """));
  }

  @Test
  void aUserWhomTheNodeRefusesIsTheAdministrators() {
    assertFault(
        Blame.CLIENT,
        "min.user.id",
        new LaunchFaults("i", "train", "host")
            .explain(
                """
                Exit code: 255
                Shell output: main : command provided 1
                Requested user nobody is not whitelisted and has id 65534,which is below the minimum allowed 100000
                """));
  }

  @Test
  void aContainerThatWeKilledEndedByASignal() {
    ContainerFaults faults = new ContainerFaults("i", "train", "host", new AlgorithmLogs(dir));
    AllocationEnd end = new AllocationEnd(Cause.RELEASED, 0, "killed by AM");
    assertEquals(new AlgorithmStatus(137), faults.status(end, Duration.ZERO));
  }

  @Test
  void anEndThatIsToldLateIsRemarkedOn() {
    ContainerFaults faults = new ContainerFaults("i", "train", "host", new AlgorithmLogs(dir));
    assertEquals("", faults.status(exit(0, ""), Duration.ofSeconds(10)).remark());
    String remark = faults.status(exit(0, ""), Duration.ofSeconds(61)).remark();
    assertTrue(remark.contains("61 s late"), remark);
    assertTrue(remark.contains("docker.inspect.max.retries"), remark);
  }
}
