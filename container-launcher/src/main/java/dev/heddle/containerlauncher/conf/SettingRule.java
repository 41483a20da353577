package dev.heddle.containerlauncher.conf;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a property's value must be. */
@FunctionalInterface
interface SettingRule {
  /** A name or an address, and a port; of characters that mean nothing to a shell. */
  String ADDRESS = "([A-Za-z0-9][A-Za-z0-9.-]*|\\[[0-9A-Fa-f:.]+\\])(:\\d{1,5})?";

  Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|min|h)");

  /**
   * Says what a value must be, such as "must be true or false".
   *
   * @param value never null; empty when the property is empty
   * @return empty when the value is right
   */
  Optional<String> broken(String value);

  /** What the values of a property must be. */
  static SettingRule of(Setting setting) {
    return switch (setting) {
      case STAGING_DIR, PUBLIC_DIR, INSTANCE_TYPES, AM_JAVA_OPTIONS, AGENT_JAVA_OPTIONS -> text();
      case QUEUE -> required();
      case PLACEMENT -> oneOf("spread", "pack");
      case GANG_TIMEOUT,
          GANG_BACKOFF_MIN,
          GANG_BACKOFF_MAX,
          AGENT_SUSPECT_AFTER,
          AGENT_LEASE,
          AGENT_AM_PATIENCE,
          AM_FAILURES_VALIDITY,
          AGENT_HEARTBEAT,
          AGENT_PLACEMENT_TIMEOUT,
          STOP_GRACE,
          FAULT_SETTLE,
          RESTART_GRACE,
          CHECKPOINT_FLUSH,
          UPLOAD_TIMEOUT,
          S3_RETRY_FOR ->
          positiveDuration();
      case AM_MEMORY, AGENT_MEMORY -> numberFrom(256, 1_048_576);
      case FAULT_POLICY ->
          matching(
              "job|host|tolerate:([1-9]?\\d|100)%",
              "must be job, host or tolerate:P% with P from 0 to 100");
      // The contract's bound (SageMaker API, RetryStrategy), and none at all.
      case RESTART_PLATFORM_ATTEMPTS, RESTART_ALGORITHM_ATTEMPTS -> numberFrom(0, 30);
      case AM_VCORES -> numberFrom(1, 1024);
      case AM_MAX_ATTEMPTS -> numberFrom(1, 100);
      case JAVA_HOME ->
          matching("/.*", "must be an absolute path on the nodes, or empty").orEmpty();
      case S3_ENDPOINT, S3_STS_ENDPOINT -> httpUrl().orEmpty();
      case S3_REGION ->
          matching("[a-z0-9][a-z0-9-]*", "must be a region such as eu-west-1, or empty").orEmpty();
      case S3_PATH_STYLE -> oneOf("auto", "true", "false");
      case S3_ASSUME_ROLE -> oneOf("true", "false");
      case S3_CONNECTIONS -> numberFrom(1, 1000);
      case PIPE_MEMORY -> numberFrom(1, 65_536);
      // S3 takes parts of 5 MiB to 5 GiB (Amazon S3 multipart upload limits).
      case UPLOAD_PART_SIZE -> numberFrom(5, 5120);
      case DISK_RESERVE -> numberFrom(0, 90);
      case PROCESS_NAMESPACES -> oneOf("auto", "require", "never");
      case DOCKER_NETWORK -> network();
      case DOCKER_ISOLATED_NETWORK -> network().orEmpty();
      case DOCTOR_METADATA_SERVICES ->
          matching(
                  ADDRESS + "( *, *" + ADDRESS + ")*",
                  "must be HOST or HOST:PORT, IPv6 addresses in brackets, commas between, or empty")
              .orEmpty();
      case ACCOUNT_ID -> matching("\\d{12}", "must be twelve digits");
    };
  }

  /** Anything, nothing included. */
  static SettingRule text() {
    return value -> Optional.empty();
  }

  static SettingRule required() {
    return value -> unless(!value.isEmpty(), "must be set");
  }

  static SettingRule numberFrom(long least, long most) {
    String rule = "must be a whole number from " + least + " to " + most;
    return value -> unless(isNumber(value, least, most), rule);
  }

  static SettingRule positiveDuration() {
    return value ->
        unless(
            duration(value).filter(d -> !d.isZero()).isPresent(),
            "must be a duration such as 500ms, 10s, 5min or 2h, longer than nothing");
  }

  static SettingRule network() {
    return matching("[A-Za-z0-9][A-Za-z0-9_.-]*", "must be a Docker network's name, such as host");
  }

  static SettingRule oneOf(String... choices) {
    List<String> all = Arrays.asList(choices);
    String rule =
        "must be "
            + String.join(", ", all.subList(0, all.size() - 1))
            + " or "
            + all.get(all.size() - 1);
    return value -> unless(all.contains(value), rule);
  }

  /**
   * @param rule as {@link #broken} returns it
   */
  static SettingRule matching(String regex, String rule) {
    Pattern pattern = Pattern.compile(regex);
    return value -> unless(pattern.matcher(value).matches(), rule);
  }

  static SettingRule httpUrl() {
    return value ->
        unless(
            isHttpUrl(value), "must be a URL such as http://s3.example.com:9000, without a path");
  }

  /** The rule, or nothing at all. */
  default SettingRule orEmpty() {
    return value -> value.isEmpty() ? Optional.empty() : broken(value);
  }

  /** Reads {@code 500ms}, {@code 10s}, {@code 5min}, {@code 2h}; empty for anything else. */
  static Optional<Duration> duration(String value) {
    Matcher m = DURATION.matcher(value);
    if (!m.matches()) {
      return Optional.empty();
    }
    long n = Long.parseLong(m.group(1));
    return Optional.of(
        switch (m.group(2)) {
          case "ms" -> Duration.ofMillis(n);
          case "s" -> Duration.ofSeconds(n);
          case "min" -> Duration.ofMinutes(n);
          default -> Duration.ofHours(n);
        });
  }

  private static Optional<String> unless(boolean right, String rule) {
    return right ? Optional.empty() : Optional.of(rule);
  }

  private static boolean isNumber(String value, long least, long most) {
    try {
      long n = Long.parseLong(value);
      return n >= least && n <= most;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isHttpUrl(String value) {
    try {
      URI uri = new URI(value);
      String path = uri.getPath();
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && (path == null || path.isEmpty() || path.equals("/"))
          && uri.getQuery() == null
          && uri.getUserInfo() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
