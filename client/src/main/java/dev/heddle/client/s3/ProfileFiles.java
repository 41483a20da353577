package dev.heddle.client.s3;

import dev.heddle.pipemode.S3Access;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileProperty;

/**
 * The user's {@code ~/.aws/credentials} and {@code ~/.aws/config}. Where neither file is there,
 * nothing of the SDK is even loaded. Machine and container credentials are left alone: they belong
 * to the machine, and the nodes have their own.
 */
final class ProfileFiles {
  private static final Logger LOG = LogManager.getLogger(ProfileFiles.class);

  private final Map<String, String> environment;

  ProfileFiles(Map<String, String> environment) {
    this.environment = environment;
  }

  Optional<String> region() {
    try {
      return read().flatMap(f -> f.profile(name())).flatMap(p -> p.property("region"));
    } catch (SdkException | IllegalArgumentException e) {
      LOG.warn("the AWS profile files can't be read: {}", e.getMessage());
      return Optional.empty();
    }
  }

  Optional<S3Access.Keys> keys() {
    try {
      Optional<ProfileFile> file = read();
      Optional<Profile> profile = file.flatMap(f -> f.profile(name()));
      if (profile.isEmpty()) {
        return Optional.empty();
      }
      if (profile.get().property(ProfileProperty.ROLE_ARN).isPresent()) {
        // Its keys would be gone within the hour, and nobody on the nodes could renew them.
        LOG.info("AWS profile '{}' is a role: it gives no keys", name());
        return Optional.empty();
      }
      try (ProfileCredentialsProvider provider =
          ProfileCredentialsProvider.builder()
              .profileFile(file.get())
              .profileName(name())
              .build()) {
        AwsCredentials credentials = provider.resolveCredentials();
        Optional<String> token =
            credentials instanceof AwsSessionCredentials session
                ? Optional.of(session.sessionToken())
                : Optional.empty();
        return Optional.of(
            new S3Access.Keys(credentials.accessKeyId(), credentials.secretAccessKey(), token));
      }
    } catch (SdkException | IllegalArgumentException | IllegalStateException e) {
      // A profile with only a region: the nodes' own chain counts.
      LOG.info("AWS profile '{}' gives no keys: {}", name(), e.getMessage());
      return Optional.empty();
    }
  }

  private String name() {
    return S3Choice.variable(environment, "AWS_PROFILE").orElse("default");
  }

  private Optional<ProfileFile> read() {
    Optional<Path> credentials = file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    Optional<Path> config = file("AWS_CONFIG_FILE", "config");
    if (credentials.isEmpty() && config.isEmpty()) {
      return Optional.empty();
    }
    ProfileFile.Aggregator both = ProfileFile.aggregator();
    credentials.ifPresent(
        path ->
            both.addFile(
                ProfileFile.builder().content(path).type(ProfileFile.Type.CREDENTIALS).build()));
    config.ifPresent(
        path ->
            both.addFile(
                ProfileFile.builder().content(path).type(ProfileFile.Type.CONFIGURATION).build()));
    return Optional.of(both.build());
  }

  private Optional<Path> file(String variable, String usual) {
    Optional<Path> path =
        S3Choice.variable(environment, variable)
            .map(Path::of)
            .or(
                () ->
                    S3Choice.variable(environment, "HOME")
                        .map(home -> Path.of(home, ".aws", usual)));
    return path.filter(Files::isRegularFile);
  }
}
