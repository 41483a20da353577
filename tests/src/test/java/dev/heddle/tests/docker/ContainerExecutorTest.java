package dev.heddle.tests.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stand-in executor refuses what YARN's own refuses. */
class ContainerExecutorTest {
  private ExecutorInstallation executor;

  @BeforeEach
  void install() throws IOException, InterruptedException {
    assumeTrue(
        "root".equals(System.getProperty("user.name"))
            && Files.isExecutable(Path.of(ContainerExecutor.PYTHON)),
        "the executor changes users, which needs root, and is a Python script");
    executor = ExecutorInstallation.create(DockerOptions.standard(), "");
  }

  @AfterEach
  void remove() throws IOException, InterruptedException {
    if (executor != null) {
      executor.close();
    }
  }

  @Test
  void aSoundSetupPasses() throws IOException, InterruptedException {
    ExecutorInstallation.Outcome outcome = executor.run("--checksetup");
    assertEquals(0, outcome.code(), outcome.toString());
  }

  @Test
  void aConfigurationThatOthersCanWriteIsRefused() throws IOException, InterruptedException {
    permit(executor.configuration(), "rw-rw-r--");
    assertEquals(24, executor.run("--checksetup").code());
  }

  @Test
  void aConfigurationBelowADirectoryThatOthersCanWriteIsRefused()
      throws IOException, InterruptedException {
    permit(executor.configuration().getParent().getParent(), "rwxrwxrwx");
    assertEquals(24, executor.run("--checksetup").code());
  }

  @Test
  void aConfigurationThatAnotherOwnsIsRefused() throws IOException, InterruptedException {
    Files.setOwner(
        executor.configuration(),
        executor
            .configuration()
            .getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName("nobody"));
    assertEquals(24, executor.run("--checksetup").code());
  }

  @Test
  void aProgramThatOthersCanExecuteIsRefused() throws IOException, InterruptedException {
    Files.setAttribute(executor.program(), "unix:mode", 04755);
    assertEquals(22, executor.run("--checksetup").code());
  }

  @Test
  void aProgramWithoutTheSetUserIdBitIsRefused() throws IOException, InterruptedException {
    Files.setAttribute(executor.program(), "unix:mode", 0750);
    assertEquals(22, executor.run("--checksetup").code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"root", "daemon", "bin", "no-such-user"})
  void usersThatMayNotRunContainersAreRefused(String user)
      throws IOException, InterruptedException {
    ExecutorInstallation.Outcome outcome = executor.launchProcess(user, "cgroups=none");
    assertEquals(255, outcome.code(), outcome.toString());
    assertFalse(Files.exists(executor.work()));
  }

  @Test
  void aProcessRunsAsTheUserInDirectoriesOfItsOwn() throws IOException, InterruptedException {
    ExecutorInstallation.Outcome outcome = executor.launchProcess("nobody", "cgroups=none");
    assertEquals(3, outcome.code(), outcome.toString());
    Path nmPrivate = executor.node().resolve("local/nmPrivate");
    assertEquals("3", Files.readString(nmPrivate.resolve("container.pid.exitcode")));
    assertTrue(Long.parseLong(Files.readString(nmPrivate.resolve("container.pid"))) > 1);
    assertEquals("rwx--x---", permissions(executor.work()));
    assertEquals("rwx------", permissions(executor.work().resolve("launch_container.sh")));
    assertEquals("rw-------", permissions(executor.work().resolve("container_tokens")));
    assertEquals("nobody", Files.getOwner(executor.work()).getName());
    assertEquals("rwxr-x---", permissions(executor.logs()));
  }

  @Test
  void aControlGroupThatIsNotThereFailsTheLaunch() throws IOException, InterruptedException {
    assertEquals(
        27, executor.launchProcess("nobody", "cgroups=/sys/fs/cgroup/no/such/tasks").code());
  }

  @Test
  void theLogBeginsWithTheCommandThatDockerGot() throws IOException, InterruptedException {
    ExecutorInstallation.Outcome outcome =
        executor.launchDocker(Map.of("launch-command", "train", "cap-add", "KILL,CHOWN"));
    assertEquals(4, outcome.code(), outcome.toString());
    List<String> log = Files.readAllLines(executor.logs().resolve("stdout.txt"));
    assertEquals("Launching docker container...", log.get(0));
    assertTrue(
        log.get(1)
            .endsWith(
                "/docker run --name="
                    + ExecutorInstallation.CONTAINER
                    + " --user=65534:65534 --net=host --cap-drop=ALL --cap-add=KILL --cap-add=CHOWN"
                    + " local/shell train "),
        log.get(1));
    assertEquals("rw-r-----", permissions(executor.logs().resolve("stdout.txt")));
  }

  @ParameterizedTest
  @CsvSource({
    "a=b c,a",
    "'train,--rate,1',train|--rate|1",
    "train # not this,train",
    "'sh,,x',sh|x",
  })
  void aCommandIsCutAtEqualsAndHashAndSplitAtCommas(String command, String arguments)
      throws IOException, InterruptedException {
    executor.launchDocker(Map.of("launch-command", command));
    List<String> asked = executor.asked();
    List<String> wanted = List.of(arguments.split("\\|", -1));
    int image = asked.indexOf("local/shell");
    // It may be asked how the container is, too; one that has ended at once is not asked.
    List<String> given =
        asked.stream().skip(image + 1).takeWhile(word -> !word.equals("inspect")).toList();
    assertEquals(wanted, given, asked.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "net | bridge | 60 | Could not find requested network in allowed networks",
        "mounts | /etc:/x:ro | 50 | Configuration does not allow mount src='/etc', dest='/x'",
        "mounts | /etc:/x:rw | 51 | Configuration does not allow mount src='/etc', dest='/x'",
        "mounts | NODE/../..:/x:rw | 51 | Configuration does not allow mount src='NODE/../..'",
        "mounts | NODE/missing:/x:rw | 49 | Could not determine real path of mount 'NODE/missing'",
        "mounts | NODE:/x:exec | 49 | Invalid docker mount options",
        "mounts | NODE:/x | 49 | Invalid docker mount",
        "tmpfs | /dev/shm:size | 73 | Invalid docker tmpfs mount",
        "tmpfs | relative | 73 | Invalid docker tmpfs mount",
        "cap-add | SYS_ADMIN | 62 | Invalid docker capability requested",
        "runtime | nvidia | 74 | Could not find requested runtime in allowed runtimes",
        "devices | /dev/null:/dev/null | 64 | Invalid docker device requested",
        "privileged | true | 63 | Privileged containers are disabled",
        "pid | host | 70 | Host pid namespace is disabled",
        "image | local/UPPER | 56 | Invalid docker image name",
        "image | local/x;id | 56 | Invalid docker image name",
        "service-mode | true | 75 | Docker service mode disabled",
        "no-such-key | x | 53 | does not know",
      })
  void aDockerCommandIsRefusedBeforeAnythingRuns(
      String key, String value, int number, String message)
      throws IOException, InterruptedException {
    String node = executor.node().toString();
    ExecutorInstallation.Outcome outcome =
        executor.launchDocker(Map.of(key, value.replace("NODE", node)));
    assertEquals(29, outcome.code(), outcome.toString());
    assertTrue(outcome.err().contains("docker error code=" + number + ","), outcome.err());
    assertTrue(outcome.err().contains(message.replace("NODE", node)), outcome.err());
    assertEquals(List.of(), executor.asked());
    assertFalse(Files.exists(executor.logs().resolve("stdout.txt")));
  }

  @Test
  void aLinkOutOfTheAllowedDirectoriesIsRefused() throws IOException, InterruptedException {
    Path link = Files.createSymbolicLink(executor.node().resolve("link"), Path.of("/etc"));
    ExecutorInstallation.Outcome outcome = executor.launchDocker(Map.of("mounts", link + ":/x:ro"));
    assertEquals(29, outcome.code(), outcome.toString());
  }

  @Test
  void anAllowedMountReachesDockerAsItIs() throws IOException, InterruptedException {
    executor.launchDocker(Map.of("mounts", executor.node() + ":/opt/ml:rw", "tmpfs", "/dev/shm"));
    List<String> asked = executor.asked();
    int mount = asked.indexOf("-v");
    assertEquals(
        List.of("-v", executor.node() + ":/opt/ml:rw", "--tmpfs", "/dev/shm"),
        asked.subList(mount, mount + 4));
  }

  @Test
  void anUntrustedImageRunsWithoutMountsAndCapabilities() throws IOException, InterruptedException {
    ExecutorInstallation.Outcome outcome =
        executor.launchDocker(
            Map.of("image", "elsewhere/x", "mounts", "/etc:/x:rw", "cap-add", "KILL"));
    assertEquals(4, outcome.code(), outcome.toString());
    assertFalse(executor.asked().contains("-v"));
    assertFalse(executor.asked().contains("--cap-add=KILL"));
    assertTrue(outcome.err().contains("image: elsewhere/x is not trusted."), outcome.err());
    assertTrue(outcome.err().contains("Disable mount volume for untrusted image"), outcome.err());
  }

  @Test
  void anUntrustedImageGetsNoDeviceAndNoRuntimeAndSoDoesNotRun()
      throws IOException, InterruptedException {
    for (String key : List.of("devices", "runtime")) {
      assertEquals(
          29,
          executor.launchDocker(Map.of("image", "elsewhere/x", key, "/dev/null:/dev/null")).code());
      Trees.delete(executor.work());
    }
  }

  @Test
  void anImageWithoutARegistryIsNotTrustedUnlessLibraryIs()
      throws IOException, InterruptedException {
    executor.launchDocker(Map.of("image", "shell", "mounts", executor.node() + ":/x:rw"));
    assertFalse(executor.asked().contains("-v"));
    try (ExecutorInstallation open =
        ExecutorInstallation.create(DockerOptions.standard().trustedRegistries("library"), "")) {
      open.launchDocker(Map.of("image", "shell", "mounts", open.node() + ":/x:rw"));
      assertTrue(open.asked().contains("-v"));
    }
  }

  @Test
  void onlySomeFormatsAreInspected() throws IOException, InterruptedException {
    assertEquals(0, executor.runDocker("inspect", Map.of("format", "{{.State.Status}}")).code());
    assertEquals(29, executor.runDocker("inspect", Map.of("format", "{{.Config.Env}}")).code());
  }

  @Test
  void aCommandThatYarnDoesNotHaveIsRefused() throws IOException, InterruptedException {
    assertEquals(29, executor.runDocker("build", Map.of()).code());
  }

  @Test
  void aSignalReachesOnlyTheUsersProcesses() throws IOException, InterruptedException {
    Process ours = new ProcessBuilder("setsid", "sleep", "600").start();
    try {
      String pid = Long.toString(ours.pid());
      assertEquals(9, executor.run("nobody", "root", "2", pid, "15").code());
      assertTrue(ours.isAlive());
    } finally {
      ours.destroyForcibly();
    }
  }

  @Test
  void aUserDeletesOnlyWhatItMay() throws IOException, InterruptedException {
    executor.launchProcess("nobody", "cgroups=none");
    assertEquals(
        255, executor.run("nobody", "root", "3", executor.configuration().toString()).code());
    assertTrue(Files.exists(executor.configuration()));
    assertEquals(0, executor.run("nobody", "root", "3", executor.work().toString()).code());
    assertFalse(Files.exists(executor.work()));
  }

  @Test
  void gpusNeedTheirModule() throws IOException, InterruptedException {
    ExecutorInstallation.Outcome outcome =
        executor.run("--module-gpu", "--container_id", ExecutorInstallation.CONTAINER);
    assertEquals(255, outcome.code(), outcome.toString());
  }

  @Test
  void featuresThatAreOffAreSaidToBe() throws IOException, InterruptedException {
    assertEquals(32, executor.run("--mount-cgroups", "/yarn", "cpu=/cgroup").code());
  }

  @Test
  void anIdThatIsNoContainersIsRefused() throws IOException, InterruptedException {
    assertEquals(
        43,
        executor
            .run(
                "nobody",
                "root",
                "0",
                ExecutorInstallation.APPLICATION,
                "../x",
                "t",
                "l",
                "g",
                "java")
            .code());
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
