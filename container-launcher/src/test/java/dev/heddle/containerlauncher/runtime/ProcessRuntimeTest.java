package dev.heddle.containerlauncher.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.HostsFile;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import dev.heddle.containerlauncher.protocol.Order.HostAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes, with namespaces and without. */
class ProcessRuntimeTest {
  @TempDir private Path dir;
  private NodePaths paths;
  private ProcessRuntime runtime;
  private final String sleep = "9" + ThreadLocalRandom.current().nextInt(100_000, 999_999);

  @BeforeEach
  void layOut() throws IOException {
    paths = new NodePaths(dir.resolve("work"), dir.resolve("logs"));
    Files.createDirectories(paths.logs());
    paths.tree().create();
  }

  @AfterEach
  void end() {
    if (runtime != null) {
      runtime.close();
    }
  }

  @Test
  void theContractsPathsAreTrueForTheAlgorithmAndNotOnTheMachine() throws Exception {
    Set<String> before = names("/opt");
    run(
        "require",
        "mkdir /opt/ml/model/sub && echo weights >/opt/ml/model/sub/w && ls /opt && pwd && echo x >here");
    assertEquals("weights\n", Files.readString(paths.tree().model().resolve("sub/w")));
    Set<String> seen = new TreeSet<>(before);
    seen.addAll(List.of("ml", "heddle"));
    assertEquals(String.join("\n", seen) + "\n/opt/heddle/work\n", stdout());
    assertEquals(before, names("/opt"));
  }

  @Test
  void everyHostsNameResolves() throws Exception {
    prepare("require", "getent ahostsv4 algo-2 | head -1; getent ahostsv4 mynode | head -1");
    new HostsFile(
            List.of(new HostAddress("algo-1", "127.0.0.5"), new HostAddress("algo-2", "10.9.8.7")),
            "algo-1",
            List.of("mynode"))
        .write(paths.hostsFile());
    assertEquals(0, end(runtime.start(Map.of())));
    assertTrue(
        stdout().matches("(?s)10\\.9\\.8\\.7 +STREAM algo-2\n127\\.0\\.0\\.5 +STREAM .*"),
        stdout());
  }

  @Test
  void aMachineWithoutOptGetsOneInTheAlgorithmsView() throws Exception {
    runtime = runtime("require");
    runtime.prepare(new AlgorithmCommand("/usr", List.of("true"), List.of()));
    for (String base : List.of("/no-such-directory/ml", "/opt/a/b/ml")) {
      Namespaces namespaces =
          new Namespaces(
              paths,
              true,
              Map.of(paths.tree().root(), Path.of(base), paths.scratch(), Path.of("/opt/heddle")));
      Files.createDirectories(namespaces.hold());
      try (Launcher launcher = new Launcher()) {
        Process process =
            launcher.start(
                namespaces.commandLine(
                    dir.resolve("ready"),
                    Map.of("PATH", Program.SYSTEM_PATH),
                    List.of(
                        "/bin/sh",
                        "-c",
                        "echo "
                            + base
                            + " >"
                            + base
                            + "/model/where; ls / >"
                            + base
                            + "/model/root")),
                ProcessBuilder.Redirect.INHERIT,
                ProcessBuilder.Redirect.INHERIT);
        process
            .getOutputStream()
            .write("go\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        process.getOutputStream().close();
        assertEquals(0, process.waitFor());
      }
      assertEquals(base + "\n", Files.readString(paths.tree().model().resolve("where")));
      Set<String> seen = new TreeSet<>(Files.readAllLines(paths.tree().model().resolve("root")));
      seen.remove("no-such-directory");
      assertEquals(names("/"), seen);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"require", "never"})
  void theEnvironmentIsExactlyTheContracts(String namespaces) throws Exception {
    prepare(
        namespaces,
        "env -0 | tr '\\0' '\\n' | cut -d= -f1 | sort; echo \"$GREETING\"; echo $PATH; touch $HOME/x $TMPDIR/y");
    assertEquals(
        0, end(runtime.start(Map.of("GREETING", "a 'b' \"c\" $d", "TRAINING_JOB_NAME", "j"))));
    TreeSet<String> names =
        Arrays.stream(stdout().split("\n", 0))
            .filter(n -> n.matches("\\w+"))
            .collect(Collectors.toCollection(TreeSet::new));
    names.removeAll(List.of("PWD", "_", "SHLVL", "OLDPWD")); // the shell's own
    TreeSet<String> expected =
        new TreeSet<>(List.of("GREETING", "TRAINING_JOB_NAME", "PATH", "HOME", "LANG", "TMPDIR"));
    if (namespaces.equals("never")) {
      expected.addAll(List.of("SAGEMAKER_BASE_DIR", "HEDDLE_ALGORITHM"));
    }
    assertEquals(expected, names);
    assertTrue(stdout().contains("\na 'b' \"c\" $d\n"), stdout());
    assertTrue(
        stdout().contains("\n" + dir.resolve("image") + ":" + Program.SYSTEM_PATH + "\n"),
        stdout());
    assertTrue(Files.exists(paths.scratch().resolve("home/x")));
    assertTrue(Files.exists(paths.scratch().resolve("tmp/y")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"require", "never"})
  void exitCodesComeThrough(String namespaces) throws Exception {
    assertEquals(0, run(namespaces, "exit 0"));
    assertEquals(3, run(namespaces, "echo why >&2; exit 3"));
    assertTrue(Files.readString(paths.stderr()).endsWith("why\n"));
    assertEquals(255, run(namespaces, "exit 255"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"require", "never"})
  void aKilledAlgorithmReports128AndTheSignal(String namespaces) throws Exception {
    RunningAlgorithm algorithm = start(namespaces, "echo up; exec sleep " + sleep);
    awaitOutput("up\n");
    ProcessHandle.of(algorithm.pid()).orElseThrow().destroyForcibly();
    AlgorithmStatus status = algorithm.onExit().get(10, TimeUnit.SECONDS);
    assertEquals(137, status.code());
    assertEquals(9, status.signal());
  }

  @ParameterizedTest
  @ValueSource(strings = {"require", "never"})
  void termReachesTheAlgorithmWhichCanSaveAndExit(String namespaces) throws Exception {
    RunningAlgorithm algorithm =
        start(namespaces, "trap 'echo saved; exit 5' TERM; echo up; while :; do sleep 0.05; done");
    awaitOutput("up\n");
    algorithm.terminate();
    assertEquals(5, end(algorithm));
    assertEquals("up\nsaved\n", stdout());
  }

  @Test
  void anAlgorithmThatIgnoresTermIsKilled() throws Exception {
    RunningAlgorithm algorithm =
        start("require", "trap 'echo no' TERM; echo up; while :; do sleep 0.05; done");
    awaitOutput("up\n");
    algorithm.terminate();
    awaitOutput("up\nno\n");
    algorithm.kill();
    assertEquals(137, end(algorithm));
  }

  @ParameterizedTest
  @ValueSource(strings = {"require", "never"})
  void nothingThatItStartedOutlivesIt(String namespaces) throws Exception {
    String leaveChildren =
        "sleep SLEEP & setsid sleep SLEEP & (setsid sh -c 'sleep SLEEP & sleep SLEEP' &) ; env -i sleep SLEEP & "
            .replace("SLEEP", sleep);
    RunningAlgorithm algorithm =
        start(namespaces, leaveChildren + " while [ ! -e go ]; do sleep 0.02; done; exit 4");
    Awaitility.await().until(() -> TestImage.processesWith(sleep).size() >= 5);
    Files.createFile(paths.scratch().resolve("work/go"));
    assertEquals(4, end(algorithm));
    assertEquals(Set.of(), TestImage.processesWith(sleep));
  }

  @Test
  void theAlgorithmKeepsNoPowerOverItsSurroundings() throws Exception {
    assertEquals(
        0,
        run(
            "require",
            "grep -E 'Cap(Eff|Bnd)' /proc/self/status; umount /etc/hosts && exit 9; ls /proc | grep -c '^[0-9]'; echo $$"));
    List<String> lines = stdout().lines().toList();
    long sysAdmin = 1L << 21;
    assertEquals(0, sysAdmin & Long.parseLong(lines.get(0).split("\t", 0)[1], 16));
    assertEquals(0, sysAdmin & Long.parseLong(lines.get(1).split("\t", 0)[1], 16));
    assertTrue(Integer.parseInt(lines.get(2)) < 10, "it sees the machine's processes");
    assertEquals("1", lines.get(3));
  }

  @Test
  void withoutNamespacesTheFirstLineOfStderrSaysSo() throws Exception {
    assertEquals(
        0,
        run(
            "never",
            "echo $SAGEMAKER_BASE_DIR; echo w >$SAGEMAKER_BASE_DIR/model/w; echo mine >&2"));
    assertEquals(paths.tree().root() + "\n", stdout());
    assertTrue(Files.exists(paths.tree().model().resolve("w")));
    List<String> errors = Files.readAllLines(paths.stderr());
    assertTrue(
        errors.get(0).contains("no namespaces") && errors.get(0).contains("SAGEMAKER_BASE_DIR"),
        errors.get(0));
    assertEquals("mine", errors.get(1));
  }

  @Test
  void aHundredMegabytesOfLogGoStraightToTheFile() throws Exception {
    assertEquals(0, run("require", "yes 123456789 | head -c 100000000"));
    assertEquals(100_000_000, Files.size(paths.stdout()));
  }

  @Test
  void anAlgorithmStoppedBeforeItsSurroundingsStandIsKilledAtOnce() throws Exception {
    RunningAlgorithm algorithm = start("require", "exec sleep " + sleep);
    algorithm.terminate();
    // Either it was caught before it began (a fault of its surroundings), or it is PID 1 and
    // ignores TERM.
    algorithm.kill();
    assertTrue(algorithm.onExit().handle((status, fault) -> true).get(10, TimeUnit.SECONDS));
    assertEquals(Set.of(), TestImage.processesWith(sleep));
  }

  @Test
  void entrypointAndArgumentsAreTakenAsDockerDoes() throws Exception {
    TestImage.program(dir.resolve("image"), "my prog", "for a; do echo \"[$a]\"; done");
    runtime = runtime("require");
    runtime.prepare(
        new AlgorithmCommand(
            dir.resolve("image").toUri().toString(),
            List.of("my prog", "a b"),
            List.of("c=d", "")));
    assertEquals(0, end(runtime.start(Map.of())));
    assertEquals("[a b]\n[c=d]\n[]\n", stdout());
  }

  @Test
  void anImageWhoseNameHoldsAnEqualsSignRuns() throws Exception {
    Path image = TestImage.script(dir.resolve("v=1"), "echo ran");
    runtime = runtime("require");
    runtime.prepare(new AlgorithmCommand(image.toString(), List.of(), List.of()));
    assertEquals(0, end(runtime.start(Map.of())));
    assertEquals("ran\n", stdout());
  }

  @Test
  void anUnknownWayOfIsolationIsTheClientsFault() throws Exception {
    FaultException fault = assertThrows(FaultException.class, () -> prepare("maybe", "exit 0"));
    assertEquals(Blame.CLIENT, fault.fault().blame());
    assertTrue(fault.fault().message().contains("heddle.process.namespaces = 'maybe'"));
  }

  private int run(String namespaces, String script) throws Exception {
    return end(start(namespaces, script));
  }

  private RunningAlgorithm start(String namespaces, String script) throws Exception {
    prepare(namespaces, script);
    return runtime.start(Map.of());
  }

  private void prepare(String namespaces, String script) throws Exception {
    end();
    runtime = runtime(namespaces);
    runtime.prepare(
        new AlgorithmCommand(
            TestImage.script(dir.resolve("image"), script).toString(), List.of(), List.of()));
  }

  private ProcessRuntime runtime(String namespaces) {
    return new ProcessRuntime(
        paths,
        new Settings(Map.of("heddle.process.namespaces", namespaces)),
        new Configuration(false),
        () -> {
          throw new AssertionError("no image here is in S3");
        });
  }

  private static int end(RunningAlgorithm algorithm) throws Exception {
    return algorithm.onExit().get(60, TimeUnit.SECONDS).code();
  }

  private String stdout() throws IOException {
    return Files.readString(paths.stdout());
  }

  private void awaitOutput(String text) {
    Awaitility.await().until(() -> stdout().equals(text));
  }

  private static Set<String> names(String directory) throws IOException {
    try (var entries = Files.list(Path.of(directory))) {
      return entries
          .map(p -> p.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
