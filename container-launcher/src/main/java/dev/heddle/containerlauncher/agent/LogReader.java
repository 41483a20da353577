package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import dev.heddle.containerlauncher.protocol.LogChunk;
import dev.heddle.containerlauncher.protocol.LogRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Reads pieces of an algorithm's log while it grows. */
final class LogReader {
  private static final Logger LOG = LogManager.getLogger(LogReader.class);
  private static final int MAX_BYTES = 1 << 20;

  private final AlgorithmLogs logs;

  LogReader(AlgorithmLogs logs) {
    this.logs = logs;
  }

  /** What stands at the offset; nothing where there is no such file or it is shorter. */
  LogChunk read(LogRequest request) {
    Path file =
        switch (request.stream()) {
          case "stdout" -> logs.stdout();
          case "stderr" -> logs.stderr();
          default -> null;
        };
    if (file == null) {
      return nothing(request, 0);
    }
    try (FileChannel channel = FileChannel.open(file)) {
      long length = channel.size();
      long offset = Math.max(0, request.offset());
      int wanted =
          (int) Math.min(Math.min(request.maxBytes(), MAX_BYTES), Math.max(0, length - offset));
      if (wanted <= 0) {
        return nothing(request, length);
      }
      ByteBuffer bytes = ByteBuffer.allocate(wanted);
      while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {
        // one read may bring less than was asked for
      }
      return new LogChunk(
          request.number(), offset, Arrays.copyOf(bytes.array(), bytes.position()), length);
    } catch (java.nio.file.NoSuchFileException e) {
      return nothing(request, 0);
    } catch (IOException e) {
      LOG.warn("log: {} could not be read: {}", file, e.toString());
      return nothing(request, 0);
    }
  }

  private static LogChunk nothing(LogRequest request, long length) {
    return new LogChunk(request.number(), request.offset(), new byte[0], length);
  }
}
