package dev.heddle.client.cluster;

import dev.heddle.containerlauncher.protocol.JobProtocol;
import java.io.Closeable;
import java.io.IOException;

/** An open connection to a running job's ApplicationMaster. */
public interface JobConnection extends JobProtocol, Closeable {
  @Override
  void close();

  /** The connection that does its calls through the given end and closes it. */
  static <P extends JobProtocol & Closeable> JobConnection of(P end) {
    return new JobConnection() {
      @Override
      public String describe() throws IOException {
        return end.describe();
      }

      @Override
      public void stop() throws IOException {
        end.stop();
      }

      @Override
      public LogPage readLog(String host, String stream, long offset, int maxBytes)
          throws IOException {
        return end.readLog(host, stream, offset, maxBytes);
      }

      @Override
      public void close() {
        try {
          end.close();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
    };
  }
}
