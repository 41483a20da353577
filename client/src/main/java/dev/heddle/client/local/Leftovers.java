package dev.heddle.client.local;

import dev.heddle.client.engine.Engine;
import dev.heddle.client.engine.EngineException;
import dev.heddle.client.session.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** What runs have on the engine and on the disk, and what is left of those that were killed. */
final class Leftovers {
  /** The label that names a container's or a network's run. */
  static final String RUN = "dev.heddle.local.run";

  /** The label that names the process that made it. */
  static final String OWNER = "dev.heddle.local.owner";

  private static final Logger LOG = LogManager.getLogger(Leftovers.class);
  private static final String OWNER_FILE = "owner";

  private final Engine engine;

  Leftovers(Engine engine) {
    this.engine = engine;
  }

  static Map<String, String> labels(String run, Owner owner) {
    return Map.of(RUN, run, OWNER, owner.toString());
  }

  /** Marks a run's directory as its owner's. */
  static void claim(HostDirectories directories, Owner owner) throws IOException {
    Files.writeString(directories.root().resolve(OWNER_FILE), owner.toString());
  }

  /** The directory is its user's from now on. */
  static void release(HostDirectories directories) throws IOException {
    Files.deleteIfExists(directories.root().resolve(OWNER_FILE));
  }

  /**
   * Refuses a second run of a job: both would write to the same places.
   *
   * @param above holds the directories of all runs
   */
  static void refuseSecond(Path above, String job) throws IOException, CommandException {
    for (Path run : HostDirectories.runs(above)) {
      Optional<Owner> owner = owner(run);
      boolean same = jobOf(run).equals(job);
      if (same && owner.isPresent() && !owner.get().gone()) {
        throw CommandException.input(
            "training job '"
                + job
                + "' is running here already, as process "
                + owner.get().pid()
                + ": wait for its end, or give this one another TrainingJobName");
      }
    }
  }

  /** A run is called JOB-HEX. */
  private static String jobOf(Path run) {
    String name = run.getFileName().toString();
    return name.substring(0, Math.max(0, name.lastIndexOf('-')));
  }

  private static Optional<Owner> owner(Path run) {
    try {
      return Owner.parse(Files.readString(run.resolve(OWNER_FILE)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Removes what is left of runs whose process is gone. */
  void removeOrphans(Path above) throws IOException {
    remove(OWNER, each -> Owner.parse(each).filter(Leftovers::isGone).isPresent());
    for (Path run : HostDirectories.runs(above)) {
      if (owner(run).filter(Leftovers::isGone).isPresent()) {
        LOG.info("removing {}, whose process is gone", run);
        HostDirectories.delete(run);
      }
    }
  }

  /** Removes all that one run has on the engine. */
  void removeRun(String run) throws EngineException {
    remove(RUN, run::equals);
  }

  private static boolean isGone(Owner owner) {
    try {
      return owner.gone();
    } catch (IOException e) {
      return false;
    }
  }

  private interface Chosen {
    boolean is(String value);
  }

  private void remove(String label, Chosen chosen) throws EngineException {
    List<Engine.Labelled> containers = engine.containers(label);
    for (Engine.Labelled container : containers) {
      if (chosen.is(container.labels().getOrDefault(label, ""))) {
        engine.remove(container.id());
      }
    }
    for (Engine.Labelled network : engine.networks(label)) {
      if (chosen.is(network.labels().getOrDefault(label, ""))) {
        engine.removeNetwork(network.id());
      }
    }
  }
}
