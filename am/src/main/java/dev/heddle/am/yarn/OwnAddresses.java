package dev.heddle.am.yarn;

import dev.heddle.containerlauncher.runtime.DockerNetwork;
import java.time.Duration;
import java.time.Instant;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Asks for the addresses of algorithm containers on networks where they have their own. For use by
 * one thread.
 */
final class OwnAddresses {
  private static final Logger log = LogManager.getLogger(OwnAddresses.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final NodeCalls calls;
  private final PairTable pairs;
  private Instant next = Instant.MIN;

  OwnAddresses(NodeCalls calls, PairTable pairs) {
    this.calls = calls;
    this.pairs = pairs;
  }

  static boolean has(Pair pair) {
    return DockerNetwork.hasAddressesOfItsOwn(pair.network);
  }

  /** Asks for those that are not known yet. */
  void ask(Instant now) {
    if (now.isBefore(next)) {
      return;
    }
    next = now.plus(PAUSE);
    for (Pair pair : pairs.all()) {
      boolean wanted = pair.stage == Pair.Stage.STARTED && pair.address.isEmpty() && has(pair);
      if (wanted && !pair.addressAsked) {
        pair.addressAsked = true;
        calls.address(
            pair.algorithm,
            address -> {
              pair.addressAsked = false;
              if (pairs.isCurrent(pair)
                  && address.isPresent()
                  && !address.equals(pair.holderAddress)
                  && pair.stage == Pair.Stage.STARTED) {
                log.info(
                    "{}: {} has the address {}", pair.host, pair.algorithm.getId(), address.get());
                pair.address = address;
                pairs.publish(pair);
              }
            });
      }
    }
  }
}
