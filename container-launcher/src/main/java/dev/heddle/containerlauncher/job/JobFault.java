package dev.heddle.containerlauncher.job;

/**
 * One thing wrong with a request.
 *
 * @param path where, as a JSON path such as {@code $.InputDataConfig[0].ChannelName}
 * @param message what is wrong and what would be right, one sentence
 */
public record JobFault(String path, String message) {
  @Override
  public String toString() {
    return path + ": " + message;
  }
}
