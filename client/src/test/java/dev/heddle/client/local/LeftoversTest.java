package dev.heddle.client.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.client.engine.ContainerPlan;
import dev.heddle.client.session.CommandException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  @TempDir private Path above;
  private final ScriptedEngine engine = new ScriptedEngine();
  private final Leftovers leftovers = new Leftovers(engine);

  private static Owner dead() throws IOException {
    Owner self = Owner.self();
    return new Owner(self.boot(), self.namespace(), self.pid(), self.started() - 1);
  }

  private HostDirectories run(String run, Owner owner) throws IOException {
    HostDirectories directories = new HostDirectories(above.resolve(run));
    directories.create();
    Leftovers.claim(directories, owner);
    Map<String, String> labels = Leftovers.labels(run, owner);
    engine.createNetwork("heddle-" + run, false, labels);
    engine.create(
        new ContainerPlan(
            "heddle-" + run + "-1",
            "algo-1",
            "local/shell",
            List.of("train"),
            false,
            Map.of(),
            "0:0",
            List.of(),
            List.of(),
            "heddle-" + run,
            labels,
            Optional.empty(),
            List.of()));
    return directories;
  }

  @Test
  void whatAKilledProcessLeftGoesAndWhatALiveOneHasStays() throws IOException {
    HostDirectories left = run("fraud-17-aaaaaa", dead());
    HostDirectories live = run("digits-bbbbbb", Owner.self());

    leftovers.removeOrphans(above);

    assertEquals(List.of("heddle-digits-bbbbbb-1"), engine.names());
    assertEquals(List.of("heddle-digits-bbbbbb"), List.copyOf(engine.networks.keySet()));
    assertFalse(left.root().toFile().exists());
    assertTrue(live.root().toFile().exists());
  }

  @Test
  void aRunsOwnEndLeavesOthersAlone() throws IOException {
    run("one-aaaaaa", Owner.self());
    run("two-bbbbbb", Owner.self());

    leftovers.removeRun("one-aaaaaa");

    assertEquals(List.of("heddle-two-bbbbbb-1"), engine.names());
    assertEquals(List.of("heddle-two-bbbbbb"), List.copyOf(engine.networks.keySet()));
  }

  @Test
  void aDirectoryThatWasKeptIsNobodysLeftover() throws IOException {
    HostDirectories kept = run("fraud-17-aaaaaa", dead());
    Leftovers.release(kept);

    leftovers.removeOrphans(above);

    assertTrue(kept.root().toFile().exists());
  }

  @Test
  void aJobThatRunsHereIsNotRunTwice() throws Exception {
    run("fraud-17-aaaaaa", Owner.self());
    run("fraud-18-bbbbbb", dead());

    String said =
        assertThrows(CommandException.class, () -> Leftovers.refuseSecond(above, "fraud-17"))
            .getMessage();

    assertTrue(said.contains("as process " + Owner.self().pid()), said);
    Leftovers.refuseSecond(above, "fraud-18");
    Leftovers.refuseSecond(above, "fraud");
    Leftovers.refuseSecond(above.resolve("none"), "fraud-17");
  }

  @Test
  void ofAnotherNamespacesProcessNothingIsCertainAndAfterARebootEverythingIs() throws IOException {
    Owner self = Owner.self();
    assertFalse(self.gone());
    assertTrue(dead().gone());
    assertFalse(new Owner(self.boot(), "pid:[1]", 1, 1).gone());
    assertTrue(new Owner("before", "pid:[1]", 1, 1).gone());
    assertEquals(Optional.of(self), Owner.parse(self.toString()));
    assertEquals(Optional.empty(), Owner.parse("a/b/c/d"));
  }
}
