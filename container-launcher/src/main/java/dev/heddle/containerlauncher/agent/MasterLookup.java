package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.MasterAddress;
import java.io.IOException;

/** Where the job's staging directory says who is in charge. */
@FunctionalInterface
interface MasterLookup {
  /**
   * @throws IOException when that can't be read
   */
  MasterAddress find() throws IOException;
}
