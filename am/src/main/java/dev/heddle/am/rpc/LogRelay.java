package dev.heddle.am.rpc;

import dev.heddle.containerlauncher.protocol.LogChunk;
import dev.heddle.containerlauncher.protocol.LogRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Brings clients' wishes for log pages to agents and the pages back, by heartbeat: agents open no
 * port of their own.
 */
final class LogRelay {
  private static final long INTEREST_NANOS = 3_000_000_000L;

  private final LongSupplier nanoTime;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<String, Map<Long, Wish>> wishes = new ConcurrentHashMap<>();
  private final Map<String, Long> lastWish = new ConcurrentHashMap<>();

  private record Wish(LogRequest request, CompletableFuture<LogChunk> answer) {}

  LogRelay(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  CompletableFuture<LogChunk> ask(String host, String stream, long offset, int maxBytes) {
    long number = numbers.incrementAndGet();
    Wish wish =
        new Wish(new LogRequest(number, stream, offset, maxBytes), new CompletableFuture<>());
    Map<Long, Wish> ofHost = wishes.computeIfAbsent(host, h -> new ConcurrentHashMap<>());
    ofHost.put(number, wish);
    lastWish.put(host, nanoTime.getAsLong());
    return wish.answer().whenComplete((chunk, failure) -> ofHost.remove(number));
  }

  List<LogRequest> requestsFor(String host) {
    Map<Long, Wish> ofHost = wishes.get(host);
    return ofHost == null ? List.of() : ofHost.values().stream().map(Wish::request).toList();
  }

  void answer(String host, List<LogChunk> chunks) {
    Map<Long, Wish> ofHost = wishes.getOrDefault(host, Map.of());
    for (LogChunk chunk : chunks) {
      Wish wish = ofHost.get(chunk.request());
      if (wish != null) {
        wish.answer().complete(chunk);
      }
    }
  }

  /** Whether somebody reads this host's log now, so that its agent should be heard more often. */
  boolean interest(String host) {
    Long last = lastWish.get(host);
    return last != null && nanoTime.getAsLong() - last < INTEREST_NANOS;
  }
}
