package dev.heddle.containerlauncher.conf;

import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
    this.values = Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /**
   * Reads {@code heddle-default.xml} from the jar and {@code heddle-site.xml} from the class path.
   * Nothing is checked: see {@link #check()} and {@link #unknown(Map)}.
   *
   * @param hadoop not changed
   * @param overrides win over both files
   */
  public static Settings load(Configuration hadoop, Map<String, String> overrides) {
    Configuration files = new Configuration(false);
    files.addResource(Settings.class.getResource("heddle-default.xml"));
    URL site = hadoop.getResource("heddle-site.xml");
    if (site != null) {
      files.addResource(site);
    }
    Map<String, String> all = new TreeMap<>();
    // Configuration passes over empty values.
    Setting.keys().forEach(key -> all.put(key, ""));
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

  /**
   * @throws IllegalArgumentException naming the property when it isn't a whole number of 32 bits
   */
  public int integer(Setting setting) {
    long value = number(setting);
    if (value != (int) value) {
      throw bad(setting, require(setting), "is too large");
    }
    return (int) value;
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

  /**
   * Reads {@code 500ms}, {@code 10s}, {@code 5min}, {@code 2h}.
   *
   * @throws IllegalArgumentException naming the property when it isn't a duration
   */
  public Duration duration(Setting setting) {
    String value = require(setting);
    return SettingRule.duration(value)
        .orElseThrow(
            () -> bad(setting, value, "must be a duration such as 500ms, 10s, 5min or 2h"));
  }

  /**
   * Everything that is wrong with the values of the properties that Heddle knows, in the order of
   * {@link Setting}; empty when all can be used. A property that isn't set counts as empty.
   */
  public List<SettingFault> check() {
    List<SettingFault> faults = new ArrayList<>();
    for (Setting setting : Setting.values()) {
      String value = values.getOrDefault(setting.key(), "");
      SettingRule.of(setting)
          .broken(value)
          .ifPresent(rule -> faults.add(new SettingFault(setting.key(), rule + shown(value))));
    }
    mustBeLonger(faults, Setting.GANG_BACKOFF_MAX, Setting.GANG_BACKOFF_MIN, true);
    mustBeLonger(faults, Setting.AGENT_SUSPECT_AFTER, Setting.AGENT_HEARTBEAT, false);
    mustBeLonger(faults, Setting.AGENT_LEASE, Setting.AGENT_SUSPECT_AFTER, false);
    mustBeLonger(faults, Setting.AGENT_AM_PATIENCE, Setting.AGENT_LEASE, true);
    return List.copyOf(faults);
  }

  private static String shown(String value) {
    // A URL may carry a password before its @.
    return value.contains("@") ? "" : ", not '" + value + "'";
  }

  private void mustBeLonger(
      List<SettingFault> faults, Setting longer, Setting shorter, boolean mayBeEqual) {
    Optional<Duration> more = text(longer).flatMap(SettingRule::duration);
    Optional<Duration> less = text(shorter).flatMap(SettingRule::duration);
    if (more.isPresent() && less.isPresent()) {
      int order = more.get().compareTo(less.get());
      if (order < 0 || (order == 0 && !mayBeEqual)) {
        String rule = mayBeEqual ? "must not be shorter than " : "must be longer than ";
        faults.add(
            new SettingFault(
                longer.key(),
                rule + shorter.key() + " (" + require(shorter) + "), not " + require(longer)));
      }
    }
  }

  /**
   * The names that no property of Heddle has, each with the nearest one that there is.
   *
   * @param properties names and values as somebody wrote them; the values don't matter
   */
  public static List<SettingFault> unknown(Map<String, String> properties) {
    return properties.keySet().stream()
        .filter(key -> Setting.find(key).isEmpty())
        .sorted()
        .map(
            key ->
                new SettingFault(
                    key,
                    "unknown property"
                        + NearestName.of(key, Setting.keys())
                            .map(near -> ": did you mean " + near + "?")
                            .orElse(": heddle-default.xml has all that there are")))
        .toList();
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
