package dev.heddle.pipemode.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** S3's answer to a request that failed (S3 API Reference, "Error Responses"). */
final class ErrorAnswer {
  private static final int LONGEST = 64 * 1024;

  private ErrorAnswer() {}

  /**
   * @param body may be something else than XML, of a proxy for example
   */
  static S3Exception read(SdkHttpResponse head, InputStream body) throws IOException {
    byte[] bytes = body.readNBytes(LONGEST);
    String text = new String(bytes, StandardCharsets.UTF_8);
    S3Exception.Builder failure = S3Exception.builder();
    failure.statusCode(head.statusCode());
    failure.awsErrorDetails(
        AwsErrorDetails.builder()
            .serviceName("S3")
            .errorCode(element(text, "Code"))
            .errorMessage(element(text, "Message"))
            .rawResponse(SdkBytes.fromByteArray(bytes))
            .sdkHttpResponse(head)
            .build());
    return (S3Exception) failure.build();
  }

  private static String element(String xml, String name) {
    Matcher found = Pattern.compile("<" + name + ">([^<]*)</" + name + ">").matcher(xml);
    return found.find()
        ? found
            .group(1)
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&")
        : "";
  }
}
