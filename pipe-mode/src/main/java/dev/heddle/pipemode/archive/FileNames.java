package dev.heddle.pipemode.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Paths as UTF-8 text, whatever the JVM's locale: under the POSIX locale a path's own text loses
 * everything beyond ASCII, though the path itself still holds the bytes.
 */
public final class FileNames {
  private static final char LOST = '\uFFFD';
  private static final Path ROOT = Path.of("/");

  private FileNames() {}

  /** The path's own text, with what it stands for where the locale has lost that. */
  public static String text(Path path) {
    String text = path.toString();
    if (text.indexOf(LOST) < 0) {
      return text;
    }
    StringBuilder whole = new StringBuilder(path.isAbsolute() ? "/" : "");
    for (Path segment : path) {
      if (whole.length() > 0 && whole.charAt(whole.length() - 1) != '/') {
        whole.append('/');
      }
      // A path's URI is made of its bytes, escaped.
      whole.append(decode(ROOT.resolve(segment).toUri().getRawPath().substring(1)));
    }
    return whole.toString();
  }

  private static String decode(String escaped) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '%') {
        bytes.write(Integer.parseInt(escaped.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
