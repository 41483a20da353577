package dev.heddle.client.local;

import dev.heddle.client.engine.ContainerPlan.Bind;
import java.nio.file.Path;
import java.util.List;

/**
 * What the user asks for beside the job itself.
 *
 * @param mounts directories or files of this machine in every container
 * @param limits whether a container has no more than its instance type
 * @param above where the runs' directories lie; absolute
 * @param keep whether the run's directory stays
 */
public record LocalRequest(List<Bind> mounts, boolean limits, Path above, boolean keep) {
  public LocalRequest {
    mounts = List.copyOf(mounts);
  }
}
