package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.S3Access.AssumedRole;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.defaultsmode.DefaultsMode;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Temporary keys of a role, asked for at the first use and again minutes before they expire. A
 * passing fault of the token service fails the call to S3 that needed the keys, which is then tried
 * again as a whole.
 */
final class AssumedRoleCredentials implements AwsCredentialsProvider, SdkAutoCloseable {
  private final AssumedRole role;
  private final AwsCredentialsProvider own;
  private final SdkHttpClient http;
  private final StsClient sts;
  private final StsAssumeRoleCredentialsProvider keys;

  private AssumedRoleCredentials(
      AssumedRole role,
      AwsCredentialsProvider own,
      SdkHttpClient http,
      StsClient sts,
      StsAssumeRoleCredentialsProvider keys) {
    this.role = role;
    this.own = own;
    this.http = http;
    this.sts = sts;
    this.keys = keys;
  }

  /**
   * @param own who assumes the role; closed with the result
   */
  static AssumedRoleCredentials of(AssumedRole role, String region, AwsCredentialsProvider own) {
    URI usual = URI.create("https://sts." + region + ".amazonaws.com");
    SdkHttpClient http = S3Clients.httpClient(role.stsEndpoint().orElse(usual));
    StsClientBuilder builder =
        StsClient.builder()
            .httpClient(http)
            .region(Region.of(region))
            .defaultsMode(DefaultsMode.LEGACY)
            .credentialsProvider(own)
            .overrideConfiguration(
                override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()));
    role.stsEndpoint().ifPresent(builder::endpointOverride);
    StsClient sts = builder.build();
    StsAssumeRoleCredentialsProvider keys =
        StsAssumeRoleCredentialsProvider.builder()
            .stsClient(sts)
            .refreshRequest(
                request -> request.roleArn(role.arn()).roleSessionName(role.sessionName()))
            .build();
    return new AssumedRoleCredentials(role, own, http, sts, keys);
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      return keys.resolveCredentials();
    } catch (SdkException e) {
      if (Faults.passing(e) || Faults.interrupted(e)) {
        throw e;
      }
      throw SdkClientException.create(
          "the role "
              + role.arn()
              + " gives no credentials: "
              + Faults.reason(e)
              + ". Let it be assumed (sts:AssumeRole) by the credentials that the job has",
          e);
    }
  }

  @Override
  public void close() {
    keys.close();
    sts.close();
    http.close();
    if (own instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }

  @Override
  public String toString() {
    return "AssumedRoleCredentials[" + role.arn() + "]";
  }
}
