package dev.heddle.client.s3;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.pipemode.S3Access;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * Which S3 a job uses and as whom: the settings, else the variables that every AWS client knows
 * (AWS SDKs and Tools Reference Guide), else the profile files; keys at last also from Hadoop's
 * credential providers.
 *
 * @param access for the job; its keys are the client's own, if it has any
 * @param stsEndpoint where roles are assumed; empty for AWS's own
 */
public record S3Choice(S3Access access, Optional<URI> stsEndpoint) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String DEFAULT_REGION = "us-east-1";

  /**
   * @throws IllegalArgumentException naming the setting or variable that is wrong
   */
  public static S3Choice of(
      Settings settings, Map<String, String> environment, Configuration hadoop) {
    Optional<URI> endpoint =
        endpoint(settings, Setting.S3_ENDPOINT, environment, "AWS_ENDPOINT_URL_S3");
    Optional<URI> sts =
        endpoint(settings, Setting.S3_STS_ENDPOINT, environment, "AWS_ENDPOINT_URL_STS");
    ProfileFiles profile = new ProfileFiles(environment);
    String region =
        settings
            .text(Setting.S3_REGION)
            .or(() -> variable(environment, "AWS_REGION"))
            .or(() -> variable(environment, "AWS_DEFAULT_REGION"))
            .or(profile::region)
            .orElse(DEFAULT_REGION);
    boolean pathStyle =
        settings.text(Setting.S3_PATH_STYLE).orElse("auto").equals("auto")
            ? endpoint.isPresent()
            : settings.flag(Setting.S3_PATH_STYLE);
    Optional<S3Access.Keys> keys =
        variables(environment).or(profile::keys).or(() -> HadoopKeys.find(hadoop));
    return new S3Choice(
        new S3Access(endpoint, region, pathStyle, keys, settings.duration(Setting.S3_RETRY_FOR)),
        sts);
  }

  /** Whether the settings want a job's role to be assumed. */
  public static boolean assumesRole(Settings settings) {
    return settings.text(Setting.S3_ASSUME_ROLE).orElse("").equals("true");
  }

  /** The same by the job's role. */
  public S3Choice assuming(String roleArn, String jobName) {
    return new S3Choice(
        access.withRole(S3Access.AssumedRole.ofJob(roleArn, jobName, stsEndpoint)), stsEndpoint);
  }

  /** The same access with the patience of a person who waits for an answer. */
  public S3Access forClient() {
    Duration patience = access.retryFor().compareTo(PATIENCE) < 0 ? access.retryFor() : PATIENCE;
    return new S3Access(
        access.endpoint(),
        access.region(),
        access.pathStyle(),
        access.keys(),
        patience,
        access.role());
  }

  /** The choice as settings of the job, so that its nodes make the same one. Holds no keys. */
  public Map<String, String> asSettings() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put(Setting.S3_ENDPOINT.key(), access.endpoint().map(URI::toString).orElse(""));
    values.put(Setting.S3_STS_ENDPOINT.key(), stsEndpoint.map(URI::toString).orElse(""));
    values.put(Setting.S3_REGION.key(), access.region());
    values.put(Setting.S3_PATH_STYLE.key(), Boolean.toString(access.pathStyle()));
    return values;
  }

  private static Optional<URI> endpoint(
      Settings settings, Setting setting, Map<String, String> environment, String special) {
    Optional<String> text =
        settings
            .text(setting)
            .or(() -> variable(environment, special))
            .or(() -> variable(environment, "AWS_ENDPOINT_URL"));
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = URI.create(text.get());
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getUserInfo() == null) {
        return Optional.of(uri);
      }
    } catch (IllegalArgumentException e) {
      throw badEndpoint(setting, special, e);
    }
    throw badEndpoint(setting, special, null);
  }

  /** The value isn't repeated: somebody may have put keys into it. */
  private static IllegalArgumentException badEndpoint(
      Setting setting, String special, Throwable cause) {
    return new IllegalArgumentException(
        setting.key()
            + " (or "
            + special
            + ", AWS_ENDPOINT_URL) must be the URL of a server such as https://s3.example.com:9000",
        cause);
  }

  private static Optional<S3Access.Keys> variables(Map<String, String> environment) {
    Optional<String> id = variable(environment, "AWS_ACCESS_KEY_ID");
    Optional<String> secret = variable(environment, "AWS_SECRET_ACCESS_KEY");
    if (id.isEmpty() || secret.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new S3Access.Keys(id.get(), secret.get(), variable(environment, "AWS_SESSION_TOKEN")));
  }

  static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }
}
