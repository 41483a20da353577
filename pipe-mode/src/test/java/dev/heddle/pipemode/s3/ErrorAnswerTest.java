package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

class ErrorAnswerTest {
  private static S3Exception read(int status, String body) throws IOException {
    return ErrorAnswer.read(
        SdkHttpFullResponse.builder().statusCode(status).build(),
        new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void codeAndMessageAreTakenFromTheXml() throws IOException {
    S3Exception error =
        read(
            403,
            "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code>\n"
                + "<Message>No &lt;&quot;ü&apos;&gt; &amp;lt;</Message><Resource>/x</Resource></Error>");
    assertEquals(403, error.statusCode());
    assertEquals("AccessDenied", error.awsErrorDetails().errorCode());
    assertEquals("No <\"ü'> &lt;", error.awsErrorDetails().errorMessage());
  }

  @Test
  void anotherAnswerThanXmlHasNeither() throws IOException {
    for (String body : new String[] {"", "Bad Gateway", "<html><title>x</title></html>"}) {
      S3Exception error = read(502, body);
      assertEquals(502, error.statusCode());
      assertEquals("", error.awsErrorDetails().errorCode());
      assertEquals("", error.awsErrorDetails().errorMessage());
    }
  }

  @Test
  void noMoreThan64KiBOfAnAnswerAreRead() throws IOException {
    S3Exception error = read(500, " ".repeat(64 << 10) + "<Code>Late</Code>");
    assertEquals("", error.awsErrorDetails().errorCode());
    assertEquals(64 << 10, error.awsErrorDetails().rawResponse().asByteArray().length);
  }
}
