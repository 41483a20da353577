package dev.heddle.client;

import dev.heddle.client.cluster.JobConnection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** An ApplicationMaster that answers with what a test says. */
final class FakeMaster implements JobConnection {
  volatile Supplier<String> record = () -> "{}";
  volatile boolean dead;
  int stops;
  volatile Runnable onStop = () -> {};
  final Map<String, String> logs = new HashMap<>();
  volatile boolean logsEnded;
  byte[] secretSeen;

  private void reach() throws IOException {
    if (dead) {
      throw new EOFException("connection closed");
    }
  }

  @Override
  public String describe() throws IOException {
    reach();
    return record.get();
  }

  @Override
  public synchronized void stop() throws IOException {
    reach();
    stops++;
    onStop.run();
  }

  @Override
  public LogPage readLog(String host, String stream, long offset, int maxBytes) throws IOException {
    reach();
    byte[] all = logs.getOrDefault(host + "/" + stream, "").getBytes(StandardCharsets.UTF_8);
    int length = (int) Math.min(maxBytes, Math.min(5, all.length - offset));
    byte[] page = new byte[length];
    System.arraycopy(all, (int) offset, page, 0, length);
    return new LogPage(offset, page, all.length, logsEnded);
  }

  @Override
  public void close() {}
}
