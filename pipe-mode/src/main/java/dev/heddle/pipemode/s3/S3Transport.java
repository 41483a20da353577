package dev.heddle.pipemode.s3;

import java.io.Closeable;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What carries an S3ObjectStore's calls.
 *
 * @param ranges empty where ranges must go through the SDK, too
 */
record S3Transport(S3Client sdk, Optional<RangeReader> ranges) implements Closeable {

  static S3Transport ofSdk(S3Client sdk) {
    return new S3Transport(sdk, Optional.empty());
  }

  @Override
  public void close() {
    ranges.ifPresent(RangeReader::close);
    sdk.close();
  }
}
