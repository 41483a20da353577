package dev.heddle.containerlauncher.job;

import dev.heddle.containerlauncher.contract.OptMl;
import java.nio.file.Path;
import java.util.List;

/** Checkpoints lie in a directory of their own below {@code /opt/ml}. */
final class CheckpointRule implements CrossFieldRule {
  private static final Path ROOT = Path.of(OptMl.PATH);

  /** What the contract has other uses for (SageMaker Developer Guide, "Reserved paths"). */
  private static final List<String> TAKEN = List.of("input", "model", "output", "code", "errors");

  @Override
  public void check(Located request, FaultList faults) {
    Located place = request.member("CheckpointConfig").member("LocalPath");
    String text = place.text().orElse("");
    if (text.isEmpty() || faults.has(place)) {
      return;
    }
    Path path = text.indexOf('\0') >= 0 ? Path.of("/") : Path.of(text).normalize();
    boolean below = path.startsWith(ROOT) && !path.equals(ROOT) && !text.contains("..");
    if (!below || TAKEN.contains(path.getName(ROOT.getNameCount()).toString())) {
      faults.add(
          place,
          "must be a directory below "
              + OptMl.PATH
              + " that is not among its "
              + String.join(", ", TAKEN)
              + ", such as /opt/ml/checkpoints, not "
              + Quoted.of(text));
    }
  }
}
