package dev.heddle.containerlauncher.contract;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** What an algorithm wrote to {@code /opt/ml/output/failure}. */
public final class FailureFile {
  /** A FailureReason has 1024 characters at most. */
  private static final int CHARACTERS = 1024;

  private static final int MAX_BYTES_PER_CHARACTER = 4;

  private FailureFile() {}

  /**
   * The first 1024 characters, whole code points; bytes that aren't UTF-8 become replacement
   * characters.
   *
   * @return empty without a file
   */
  public static String read(OptMl tree) throws IOException {
    Path file = tree.failure();
    // A FIFO or a device in its place would block or never end.
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return "";
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(CHARACTERS * MAX_BYTES_PER_CHARACTER);
    }
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    if (text.length() <= CHARACTERS) {
      return text;
    }
    boolean splitsPair = Character.isHighSurrogate(text.charAt(CHARACTERS - 1));
    return text.substring(0, splitsPair ? CHARACTERS - 1 : CHARACTERS);
  }
}
