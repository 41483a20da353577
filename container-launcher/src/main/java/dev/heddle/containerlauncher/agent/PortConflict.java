package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.contract.AlgorithmLogs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Whether an algorithm that failed did so because somebody else had its port: on a node's own
 * network two jobs can want the same one, and the loser's error rarely says what that means.
 */
final class PortConflict {
  private static final int TAIL = 64 << 10;
  private static final Pattern WORDS =
      Pattern.compile("address already in use|EADDRINUSE", Pattern.CASE_INSENSITIVE);
  private static final String REMARK =
      "an address was already in use: another job on the same node may have the port, choose another"
          + " one";

  private PortConflict() {}

  /** One clause for the reason of the failure; empty when nothing speaks of it. */
  static String remark(String failureText, AlgorithmLogs logs) {
    boolean found =
        WORDS.matcher(failureText).find()
            || WORDS.matcher(tail(logs.stderr())).find()
            || WORDS.matcher(tail(logs.stdout())).find();
    return found ? REMARK : "";
  }

  private static String tail(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      long start = Math.max(0, channel.size() - TAIL);
      ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - start));
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {
        // one read may bring less than was asked for
      }
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
