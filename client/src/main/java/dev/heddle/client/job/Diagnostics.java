package dev.heddle.client.job;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the one useful sentence in the ResourceManager's diagnostics of an application. */
public final class Diagnostics {
  private static final int LONGEST = 400;
  private static final Pattern STAMP = Pattern.compile("\\[[^\\]]*\\d{2}:\\d{2}:\\d{2}[^\\]]*\\]");
  private static final Pattern OVER_LIMIT =
      Pattern.compile("is running [^.]*beyond the '?\\w+'? memory limit\\.[^\\n]*?used");
  private static final Pattern EXIT = Pattern.compile("exited with\\s+exitCode:\\s*(-?\\d+)");
  private static final Pattern CODE = Pattern.compile("Exit code: (-?\\d+)");

  private Diagnostics() {}

  /** One sentence of 400 characters at most; empty when there is nothing to say. */
  public static String useful(String diagnostics) {
    String text = STAMP.matcher(diagnostics).replaceAll(" ").strip();
    Matcher over = OVER_LIMIT.matcher(text);
    if (over.find()) {
      return cut("the ApplicationMaster's container " + over.group());
    }
    for (Pattern pattern : List.of(EXIT, CODE)) {
      Matcher exit = pattern.matcher(text);
      if (exit.find()) {
        return cut("the ApplicationMaster exited with code " + exit.group(1) + lastWords(text));
      }
    }
    return cut(text.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst().orElse(""));
  }

  /** What the container printed last, where YARN has put that into the diagnostics. */
  private static String lastWords(String text) {
    int from = text.lastIndexOf("Last 4096 bytes of");
    if (from < 0) {
      return "";
    }
    String said =
        text.substring(from)
            .lines()
            .skip(1)
            .map(String::strip)
            .takeWhile(line -> !line.startsWith("For more detailed output"))
            .filter(line -> !line.isEmpty() && !line.startsWith("at "))
            .reduce("", (before, line) -> line);
    return said.isEmpty() ? "" : ": " + said;
  }

  private static String cut(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
  }
}
