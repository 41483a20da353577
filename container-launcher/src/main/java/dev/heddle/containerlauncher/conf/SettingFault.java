package dev.heddle.containerlauncher.conf;

/**
 * One {@code heddle.*} property that cannot be used.
 *
 * @param key the property's name as it was written
 * @param message what is wrong and what would be right, one sentence
 */
public record SettingFault(String key, String message) {
  @Override
  public String toString() {
    return key + ": " + message;
  }
}
