package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.contract.NodePaths;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A session of the algorithm's own and nothing more: the contract's absolute paths are not true,
 * SAGEMAKER_BASE_DIR tells the SageMaker Training Toolkit (and whoever else reads it) where the
 * tree stands. What the algorithm leaves behind is found by its {@link #mark()} and its session.
 *
 * @param id differs between any two algorithms on a node
 */
record PlainProcess(NodePaths paths, String id) implements Isolation {
  private static final String MARK = "HEDDLE_ALGORITHM";

  @Override
  public List<String> commandLine(
      Path ready, Map<String, String> environment, List<String> program) {
    List<String> line = new ArrayList<>();
    SystemTools.find("setpriv")
        .ifPresent(setpriv -> line.addAll(List.of(setpriv, "--pdeathsig", "KILL")));
    SystemTools.find("setsid").ifPresent(line::add);
    line.addAll(List.of(SystemTools.shell(), "-c", Scripts.load("plain.sh"), "heddle"));
    line.add(ready.toString());
    line.add(paths.scratch().resolve("work").toString());
    line.addAll(Isolation.withEnvironment(environment, program));
    return line;
  }

  /** The variable, as NAME=VALUE, that everything the algorithm starts inherits. */
  String mark() {
    return MARK + "=" + id;
  }

  @Override
  public Path scratchSeen() {
    return paths.scratch();
  }

  @Override
  public Map<String, String> variables() {
    return Map.of("SAGEMAKER_BASE_DIR", paths.tree().root().toString(), MARK, id);
  }

  @Override
  public boolean hasOuterProcess() {
    return false;
  }
}
