package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.S3Access;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLSocketFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.defaultsmode.DefaultsMode;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Makes the SDK's client with all that is slow to start, or that other servers lack, left out. */
final class S3Clients {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

  private S3Clients() {}

  /**
   * The SDK's client, and the reader of ranges on the same connections; without that one where the
   * way leads through a proxy, which only the SDK's own HTTP client knows.
   */
  static S3Transport open(S3Access access) {
    URI endpoint =
        access.endpoint().orElse(URI.create("https://s3." + access.region() + ".amazonaws.com"));
    AwsCredentialsProvider credentials = credentials(access);
    if (ProxyCheck.system().applies(endpoint)) {
      return new S3Transport(create(access, credentials, proxied()), Optional.empty());
    }
    ConnectionPool connections =
        new ConnectionPool(CONNECT_TIMEOUT, READ_TIMEOUT, S3Clients::trusted);
    return new S3Transport(
        create(access, credentials, new SocketHttpClient(connections)),
        Optional.of(ranges(access, credentials, connections)));
  }

  static RangeReader ranges(
      S3Access access, AwsCredentialsProvider credentials, ConnectionPool connections) {
    return new RangeReader(
        new SignedGet(access, credentials, InstantSource.system()),
        connections,
        new StallWatch(
            connections.readTimeout(),
            Executors.newSingleThreadScheduledExecutor(
                work -> {
                  Thread thread = new Thread(work, "s3-stall-watch");
                  thread.setDaemon(true);
                  return thread;
                })));
  }

  static S3Client create(S3Access access, AwsCredentialsProvider credentials, SdkHttpClient http) {
    S3Configuration.Builder service =
        // One hash over the whole body is understood by every server; a signed chunked coding
        // isn't.
        S3Configuration.builder().chunkedEncodingEnabled(false);
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(http)
            .region(Region.of(access.region()))
            .defaultsMode(DefaultsMode.LEGACY)
            .credentialsProvider(credentials)
            .forcePathStyle(access.pathStyle())
            .disableS3ExpressSessionAuth(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                override -> {
                  // Trying again is Retry's affair.
                  override.retryStrategy(AwsRetryStrategy.doNotRetry());
                  if (access.keys().isPresent()) {
                    override.defaultProfileFile(noProfiles());
                  }
                });
    if (access.keys().isPresent()) {
      service.profileFile(S3Clients::noProfiles);
    }
    access.endpoint().ifPresent(builder::endpointOverride);
    return builder.serviceConfiguration(service.build()).build();
  }

  private static ProfileFile noProfiles() {
    return ProfileFile.aggregator().build();
  }

  /** The one place where the caller's keys, the machine's or a role's become credentials. */
  static AwsCredentialsProvider credentials(S3Access access) {
    AwsCredentialsProvider own = ownCredentials(access);
    return access
        .role()
        .<AwsCredentialsProvider>map(role -> AssumedRoleCredentials.of(role, access.region(), own))
        .orElse(own);
  }

  private static AwsCredentialsProvider ownCredentials(S3Access access) {
    if (access.keys().isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    S3Access.Keys keys = access.keys().get();
    AwsCredentials credentials =
        keys.sessionToken().isPresent()
            ? AwsSessionCredentials.create(
                keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken().get())
            : AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey());
    return StaticCredentialsProvider.create(credentials);
  }

  /** For another service's client, on connections of its own. */
  static SdkHttpClient httpClient(URI endpoint) {
    return ProxyCheck.system().applies(endpoint)
        ? proxied()
        : new SocketHttpClient(
            new ConnectionPool(CONNECT_TIMEOUT, READ_TIMEOUT, S3Clients::trusted));
  }

  private static SdkHttpClient proxied() {
    return UrlConnectionHttpClient.builder()
        .connectionTimeout(CONNECT_TIMEOUT)
        .socketTimeout(READ_TIMEOUT)
        .build();
  }

  private static SSLSocketFactory trusted() {
    return (SSLSocketFactory) SSLSocketFactory.getDefault();
  }
}
