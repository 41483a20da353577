package dev.heddle.client.job;

import dev.heddle.client.session.CommandException;
import java.io.IOException;

/** Tells how one job stands. */
public interface JobSight {
  /** The job's. */
  String name();

  /**
   * Asks anew.
   *
   * @throws IOException when nothing that could tell anything can be reached
   */
  JobState poll() throws IOException, CommandException;
}
