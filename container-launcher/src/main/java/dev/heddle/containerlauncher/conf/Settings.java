package dev.heddle.containerlauncher.conf;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * The {@code heddle.*} properties of one job: defaults, the administrator's, then the job's own.
 */
public final class Settings {
  private final Map<String, String> values;

  public Settings(Map<String, String> values) {
    this.values = java.util.Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /**
   * Reads {@code heddle-default.xml} from the jar and {@code heddle-site.xml} from the class path.
   *
   * @param hadoop not changed
   * @param overrides win over both files
   */
  public static Settings load(Configuration hadoop, Map<String, String> overrides) {
    Configuration files = new Configuration(false);
    files.addResource(Settings.class.getClassLoader().getResource("heddle-default.xml"));
    java.net.URL site = hadoop.getResource("heddle-site.xml");
    if (site != null) {
      files.addResource(site);
    }
    Map<String, String> all = new TreeMap<>();
    for (Map.Entry<String, String> entry : files) {
      if (entry.getKey().startsWith("heddle.")) {
        all.put(entry.getKey(), files.get(entry.getKey()).trim());
      }
    }
    all.putAll(overrides);
    return new Settings(all);
  }

  public Map<String, String> values() {
    return values;
  }

  /** The value; empty when the property is empty. */
  public Optional<String> text(Setting setting) {
    return Optional.ofNullable(values.get(setting.key())).filter(v -> !v.isEmpty());
  }

  /**
   * @throws IllegalArgumentException naming the property when it is empty
   */
  public String require(Setting setting) {
    return text(setting).orElseThrow(() -> bad(setting, "", "must be set"));
  }

  /**
   * @throws IllegalArgumentException naming the property when it isn't a whole number
   */
  public long number(Setting setting) {
    String value = require(setting);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw bad(setting, value, "must be a whole number");
    }
  }

  public int integer(Setting setting) {
    return Math.toIntExact(number(setting));
  }

  /**
   * @throws IllegalArgumentException naming the property when it is neither true nor false
   */
  public boolean flag(Setting setting) {
    String value = require(setting);
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad(setting, value, "must be true or false");
    };
  }

  /** Reads {@code 500ms}, {@code 10s}, {@code 5min}, {@code 2h}. */
  public Duration duration(Setting setting) {
    String value = require(setting);
    java.util.regex.Matcher m =
        java.util.regex.Pattern.compile("(\\d{1,12})(ms|s|min|h)").matcher(value);
    if (!m.matches()) {
      throw bad(setting, value, "must be a duration such as 500ms, 10s, 5min or 2h");
    }
    long n = Long.parseLong(m.group(1));
    return switch (m.group(2)) {
      case "ms" -> Duration.ofMillis(n);
      case "s" -> Duration.ofSeconds(n);
      case "min" -> Duration.ofMinutes(n);
      default -> Duration.ofHours(n);
    };
  }

  private static IllegalArgumentException bad(Setting setting, String value, String rule) {
    return new IllegalArgumentException(setting.key() + " = '" + value + "' " + rule);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Settings s && s.values.equals(values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
