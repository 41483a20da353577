package dev.heddle.containerlauncher.protocol;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which ApplicationMaster is in charge, and where it answers: one line of text in the job's staging
 * directory, replaced atomically by each ApplicationMaster before it takes the job up.
 *
 * @param attempt the number of YARN's application attempt, 1 or more
 */
public record MasterAddress(int attempt, String host, int port) {
  private static final Pattern LINE = Pattern.compile("(\\d{1,9}) (\\S+):(\\d{1,5})\\s*");

  /**
   * @throws IllegalArgumentException when it is no such line
   */
  public static MasterAddress parse(String line) {
    Matcher match = LINE.matcher(line);
    if (!match.matches()) {
      throw new IllegalArgumentException("no ApplicationMaster's address: '" + line + "'");
    }
    return new MasterAddress(
        Integer.parseInt(match.group(1)), match.group(2), Integer.parseInt(match.group(3)));
  }

  public InetSocketAddress socket() {
    return new InetSocketAddress(host, port);
  }

  public String line() {
    return attempt + " " + host + ":" + port + "\n";
  }
}
