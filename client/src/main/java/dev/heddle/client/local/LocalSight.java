package dev.heddle.client.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.am.JobRun;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.job.JobSight;
import dev.heddle.client.job.JobState;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import dev.heddle.containerlauncher.job.Json;
import java.io.IOException;
import java.util.Optional;

/** A job that runs in this process. */
record LocalSight(String name, JobRun run) implements JobSight {

  @Override
  public JobState poll() throws IOException, CommandException {
    if (run.broken()) {
      throw new CommandException(
          ExitCode.INTERNAL, "the job can't go on: its supervisor has failed (see above)");
    }
    if (Json.read(run.describe()) instanceof ObjectNode object) {
      return new JobState(new JobRecord(object), Optional.empty(), true, Optional.empty());
    }
    throw new IOException("the job has no record");
  }
}
