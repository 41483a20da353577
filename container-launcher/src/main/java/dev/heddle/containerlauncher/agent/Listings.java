package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Fetches an attempt's listing of checkpoints from the ApplicationMaster. */
final class Listings {
  private static final Logger LOG = LogManager.getLogger(Listings.class);
  private static final long PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 1_000;

  private final AgentProtocol am;
  private final String container;

  Listings(AgentProtocol am, String container) {
    this.am = am;
    this.container = container;
  }

  /** Asks until the listing is made; whoever waits too long is ended by the lease or an order. */
  List<CheckpointPage.Entry> fetch(int attempt) throws InterruptedException {
    List<CheckpointPage.Entry> all = new ArrayList<>();
    long pause = PAUSE_MS;
    while (true) {
      try {
        Optional<CheckpointPage> page = am.checkpoints(container, attempt, all.size());
        if (page.isPresent()) {
          all.addAll(page.get().entries());
          if (all.size() >= page.get().total()) {
            return all;
          }
          pause = PAUSE_MS;
          continue;
        }
      } catch (IOException e) {
        LOG.warn("checkpoints: no listing of attempt {} yet: {}", attempt, e.toString());
        pause = Math.min(LONGEST_PAUSE_MS, 2 * pause);
      }
      Thread.sleep(pause);
    }
  }
}
