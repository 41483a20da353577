package dev.heddle.pipemode.s3;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.retry.Causes;
import dev.heddle.pipemode.retry.FaultKinds;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Tells passing faults from lasting ones, and turns both into sentences. */
final class Faults {
  // S3 sends some of these with a 200 or a 400; the code counts, not the status.
  private static final Set<String> PASSING_CODES =
      Set.of(
          "InternalError",
          "OperationAborted",
          "RequestTimeout",
          "ServiceUnavailable",
          "SlowDown",
          "Throttling",
          "ThrottlingException");

  private static final Set<String> CREDENTIAL_CODES =
      Set.of(
          "AccessDenied",
          "ExpiredToken",
          "InvalidAccessKeyId",
          "InvalidToken",
          "SignatureDoesNotMatch",
          "TokenRefreshRequired");

  /** As all calls to S3 are tried again by. */
  static final FaultKinds KINDS =
      new FaultKinds() {
        @Override
        public boolean passing(Exception failure) {
          return Faults.passing(failure);
        }

        @Override
        public boolean interrupted(Exception failure) {
          return Faults.interrupted(failure);
        }

        @Override
        public String reason(Exception failure) {
          return Faults.reason(failure);
        }

        @Override
        public ObjectStoreException translate(String doing, Exception failure, Duration tried) {
          return Faults.translate(doing, failure, tried);
        }
      };

  private Faults() {}

  /** Whether the same call may well succeed later. */
  static boolean passing(Exception failure) {
    if (failure instanceof AwsServiceException e) {
      return e.statusCode() >= 500
          || e.statusCode() == 429
          || e.isThrottlingException()
          || PASSING_CODES.contains(code(e));
    }
    if (failure instanceof ApiCallTimeoutException
        || failure instanceof ApiCallAttemptTimeoutException) {
      return true;
    }
    IOException io = Causes.find(failure, IOException.class);
    return io != null
        && Causes.find(failure, LocalFileException.class) == null
        && Causes.find(failure, CertificateException.class) == null;
  }

  /** Whether the calling thread was interrupted in the call. */
  static boolean interrupted(Exception failure) {
    return Causes.interrupted(failure) || Causes.find(failure, AbortedException.class) != null;
  }

  /**
   * @param doing such as {@code read s3://b/k}
   * @param tried how long a passing fault was tried again
   */
  static ObjectStoreException translate(String doing, Exception failure, Duration tried) {
    String could = "Could not " + doing + ": ";
    if (failure instanceof AwsServiceException e) {
      return refused(could, e, tried);
    }
    if (passing(failure)) {
      return new ObjectStoreException(
          Kind.UNREACHABLE, could + reason(failure) + after(tried) + ".", failure);
    }
    if (Causes.find(failure, CertificateException.class) != null) {
      return new ObjectStoreException(
          Kind.UNREACHABLE,
          could + "the server's certificate isn't trusted (" + reason(failure) + ").",
          failure);
    }
    String text = String.valueOf(failure.getMessage());
    boolean credentials = failure instanceof SdkClientException && text.contains("credentials");
    return new ObjectStoreException(
        credentials ? Kind.ACCESS_DENIED : Kind.REFUSED, could + reason(failure) + ".", failure);
  }

  private static ObjectStoreException refused(
      String could, AwsServiceException failure, Duration tried) {
    String code = code(failure);
    int status = failure.statusCode();
    String why = reason(failure);
    if (code.equals("NoSuchBucket")) {
      return new ObjectStoreException(
          Kind.NOT_FOUND, could + "the bucket does not exist.", failure);
    }
    if (status == 404) {
      return new ObjectStoreException(
          Kind.NOT_FOUND, could + "there is no such object (" + why + ").", failure);
    }
    if (status == 412 || code.equals("PreconditionFailed")) {
      return new ObjectStoreException(
          Kind.CHANGED,
          could
              + "the object was replaced after it had been listed. Don't write to a job's input"
              + " while the job runs.",
          failure);
    }
    if (status == 401 || status == 403 || CREDENTIAL_CODES.contains(code)) {
      return new ObjectStoreException(
          Kind.ACCESS_DENIED,
          could + "access is denied (" + why + "). Check the credentials and what they allow.",
          failure);
    }
    if (status == 301 || status == 307) {
      return new ObjectStoreException(
          Kind.REFUSED,
          could + "the bucket is in another region" + region(failure) + ". Set that region.",
          failure);
    }
    if (passing(failure)) {
      return new ObjectStoreException(
          Kind.UNREACHABLE, could + "S3 answers " + why + after(tried) + ".", failure);
    }
    return new ObjectStoreException(Kind.REFUSED, could + "S3 refused it: " + why + ".", failure);
  }

  private static String region(AwsServiceException failure) {
    AwsErrorDetails details = failure.awsErrorDetails();
    return details == null || details.sdkHttpResponse() == null
        ? ""
        : details
            .sdkHttpResponse()
            .firstMatchingHeader("x-amz-bucket-region")
            .map(name -> " (" + name + ")")
            .orElse("");
  }

  private static String after(Duration tried) {
    return tried.isZero() ? "" : " (tried for " + Math.max(1, tried.toSeconds()) + " s)";
  }

  /** The cause in a few words, without a full stop. */
  static String reason(Exception failure) {
    String text;
    if (failure instanceof AwsServiceException e) {
      AwsErrorDetails details = e.awsErrorDetails();
      String message = details == null ? null : details.errorMessage();
      String code = code(e);
      text =
          (message == null || message.isBlank() ? "" : message.strip() + " ")
              + "["
              + (code.isEmpty() ? "" : code + ", ")
              + "HTTP "
              + e.statusCode()
              + "]";
    } else {
      IOException io = Causes.find(failure, IOException.class);
      Throwable told = io == null ? failure : io;
      text =
          told.getMessage() == null
              ? told.getClass().getSimpleName()
              : told instanceof java.net.UnknownHostException
                  ? "unknown host " + told.getMessage()
                  : told.getMessage();
    }
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }

  static String code(AwsServiceException failure) {
    AwsErrorDetails details = failure.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }
}
