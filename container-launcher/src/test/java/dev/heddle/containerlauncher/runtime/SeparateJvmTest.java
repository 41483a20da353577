package dev.heddle.containerlauncher.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An agent's JVM that is killed, as root and as an ordinary user. */
class SeparateJvmTest {
  private static final String OWN = System.getProperty("user.name");

  @TempDir private Path dir;
  private Process jvm;
  private final String sleep = "8" + ThreadLocalRandom.current().nextInt(100_000, 999_999);

  @BeforeEach
  void openToAll() throws IOException {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @AfterEach
  void end() {
    if (jvm != null) {
      jvm.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource({"own,require", "own,never", "nobody,require", "nobody,never"})
  void everythingDiesWithAKilledAgent(String user, String namespaces) throws Exception {
    String children =
        "sleep SLEEP & setsid sleep SLEEP & (setsid sh -c 'sleep SLEEP & sleep SLEEP' &); exec sleep SLEEP";
    Path image = TestImage.script(dir.resolve("image"), children.replace("SLEEP", sleep));
    start(user, image, namespaces);
    Awaitility.await()
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> TestImage.processesWith(sleep).size() >= 5);
    jvm.destroyForcibly();
    Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .untilAsserted(() -> assertEquals(Set.of(), TestImage.processesWith(sleep)));
  }

  @ParameterizedTest
  @CsvSource({"own", "nobody"})
  void theContractHoldsForEitherUser(String user) throws Exception {
    Path image =
        TestImage.script(
            dir.resolve("image"),
            "id -un >/opt/ml/model/user; echo hidden >$TMPDIR/t; [ $$ = 1 ] && exit 6");
    start(user, image, "require");
    assertTrue(jvm.waitFor(60, TimeUnit.SECONDS));
    assertEquals(
        "code 6\n", new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    assertEquals(
        (user.equals("own") ? OWN : user) + "\n",
        Files.readString(dir.resolve("host/ml/model/user")));
  }

  private void start(String user, Path image, String namespaces) throws IOException {
    List<String> line = new ArrayList<>();
    boolean other = user.equals("nobody");
    Assumptions.assumeTrue(!other || OWN.equals("root"), "only root can become another user");
    if (other) {
      line.addAll(List.of("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"));
    }
    line.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:+UseSerialGC"));
    line.addAll(
        List.of("-cp", other ? readableClassPath() : System.getProperty("java.class.path")));
    line.add(RuntimeDriver.class.getName());
    line.addAll(
        List.of(
            dir.resolve("host").toString(),
            dir.resolve("logs").toString(),
            image.toString(),
            namespaces));
    jvm =
        new ProcessBuilder(line)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .directory(dir.toFile())
            .start();
  }

  /** Root's Maven repository is closed to others. */
  private String readableClassPath() throws IOException {
    Path copies = Files.createDirectories(dir.resolve("jars"));
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, 0)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        copyTree(path, copies.resolve("classes" + entries.size()));
        entries.add(copies.resolve("classes" + entries.size()).toString());
      } else if (entry.matches(
          ".*/(heddle-pipe-mode|hadoop-client|log4j-api|log4j-core|commons-compress|commons-io|commons-lang|slf4j-api)[^/]*")) {
        entries.add(Files.copy(path, copies.resolve(path.getFileName())).toString());
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (var tree = Files.walk(from)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
