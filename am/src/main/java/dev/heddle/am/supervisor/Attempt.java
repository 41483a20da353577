package dev.heddle.am.supervisor;

import java.time.Instant;
import java.util.Optional;

/**
 * One attempt, for people: when it began, and what ended it.
 *
 * @param number from 1
 * @param start when its algorithms were started; empty when they never were
 * @param end empty while it goes on
 * @param host whose failure ended it; empty for none
 * @param node where that host was
 * @param cause of that failure; empty while it goes on
 * @param detail what was seen, one line
 */
public record Attempt(
    int number,
    Optional<Instant> start,
    Optional<Instant> end,
    String host,
    String node,
    Optional<FailureCause> cause,
    String detail) {

  static Attempt begun(int number) {
    return new Attempt(number, Optional.empty(), Optional.empty(), "", "", Optional.empty(), "");
  }

  Attempt started(Instant now) {
    return start.isPresent()
        ? this
        : new Attempt(number, Optional.of(now), end, host, node, cause, detail);
  }

  Attempt endedBy(Instant now, Failure failure) {
    return new Attempt(
        number,
        start,
        Optional.of(now),
        failure.host(),
        failure.node(),
        Optional.of(failure.cause()),
        failure.detail());
  }

  Attempt ended(Instant now) {
    return end.isPresent()
        ? this
        : new Attempt(number, start, Optional.of(now), host, node, cause, detail);
  }
}
