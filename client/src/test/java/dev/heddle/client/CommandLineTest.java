package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.client.command.Command;
import dev.heddle.client.command.CommandTable;
import java.nio.file.Path;
import org.apache.commons.cli.Option;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @TempDir Path directory;
  private FakeWorld world;

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
  }

  @Test
  void noCommandIsWrongUsageAndShowsTheHelpOnStandardError() {
    assertEquals(2, world.run());
    assertTrue(world.err().contains("Commands:"), world.err());
    assertEquals("", world.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "help"})
  void helpIsAResult(String word) {
    assertEquals(0, world.run(word));
    for (Command command : CommandTable.all()) {
      assertTrue(world.out().contains(command.name()), command.name());
    }
    assertTrue(world.out().contains("130"), "the exit codes are part of the help");
  }

  @Test
  void everyCommandsHelpNamesItsOptionsAndGivesAnExample() {
    for (Command command : CommandTable.all()) {
      assertEquals(0, world.run(command.name(), "--help"));
      String help = world.out();
      assertEquals(0, world.run("help", command.name()));
      assertEquals(help, world.out());
      assertTrue(help.contains("heddle " + command.name()), help);
      for (Option option : command.options()) {
        assertTrue(help.contains("--" + option.getLongOpt()), help);
        assertTrue(command.usage().contains("--" + option.getLongOpt()), command.usage());
      }
    }
  }

  @Test
  void versionIsAResult() {
    assertEquals(0, world.run("--version"));
    assertTrue(world.out().startsWith("heddle "), world.out());
  }

  @Test
  void anUnknownCommandNamesTheNearest() {
    assertEquals(2, world.run("sumbit"));
    assertTrue(world.err().contains("did you mean 'submit'?"), world.err());
    assertEquals(2, world.run("help", "sumbit"));
  }

  @Test
  void wrongUsageSaysWhatIsWrongAndTheUsage() {
    assertEquals(2, world.run("submit"));
    assertTrue(world.err().contains("--job is missing"), world.err());
    assertTrue(world.err().contains("usage: heddle submit --job FILE"), world.err());

    assertEquals(2, world.run("submit", "--job", "a.json", "--wiat"));
    assertTrue(world.err().contains("--wiat"), world.err());

    assertEquals(2, world.run("describe"));
    assertTrue(world.err().contains("the job's name is missing"), world.err());

    assertEquals(2, world.run("stop", "a", "b"));
    assertTrue(world.err().contains("'b' is one argument too many"), world.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"describe", "stop", "logs"})
  void aNameThatCouldLeaveTheStagingDirectoryIsRefused(String command) {
    for (String name : new String[] {"../../etc", "a/b", ".hidden", "a..b", "a".repeat(64)}) {
      assertEquals(2, world.run(command, name), name);
      assertTrue(world.err().contains("can't be a training job's name"), world.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"describe", "stop", "logs"})
  void anUnknownNameIsWrongInput(String command) {
    assertEquals(2, world.run(command, "nobody"));
    assertTrue(
        world.err().contains("ValidationException: Requested resource not found"), world.err());
  }

  @Test
  void aFaultOfOurOwnIsToldInOneLineAndItsTraceOnlyWithDebug() throws Exception {
    world.stage("broken", "not an application id");
    world.record("broken", "{\"TrainingJobStatus\": \"InProgress\", \"CreationTime\": 1}");
    world.cluster.applications.clear();
    world.duringPause = count -> {};
    world.environment.put("AWS_ENDPOINT_URL_S3", "http://s3.test:9000");
    FakeWorld failing = world;
    failing.master.record =
        () -> {
          throw new IllegalStateException("bug");
        };
    failing.cluster.put(
        FakeCluster.application(
            "not an application id",
            "broken",
            dev.heddle.client.cluster.Cluster.Stage.RUNNING,
            ""));

    assertEquals(70, failing.run("describe", "broken"));
    assertEquals(1, failing.err().lines().count(), failing.err());
    assertTrue(failing.err().contains("a fault of heddle itself"), failing.err());
    assertTrue(failing.err().contains("details are in "), failing.err());

    assertEquals(70, failing.run("describe", "broken", "--debug"));
    assertTrue(failing.err().contains("at dev.heddle"), failing.err());
  }
}
