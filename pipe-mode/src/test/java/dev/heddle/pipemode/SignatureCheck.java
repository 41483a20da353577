package dev.heddle.pipemode;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Whether a request was signed with a key (AWS Signature Version 4, in the header) as it came. */
final class SignatureCheck {
  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([^/]+)/((\\d{8})/([a-z0-9-]+)/s3/aws4_request), ?"
              + "SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})");

  private final String keyId;
  private final String secret;

  SignatureCheck(String keyId, String secret) {
    this.keyId = keyId;
    this.secret = secret;
  }

  boolean passes(HttpHead request) {
    Matcher signed = AUTHORIZATION.matcher(request.header("authorization").orElse(""));
    if (!signed.matches() || !signed.group(1).equals(keyId)) {
      return false;
    }
    String headers = signed.group(5);
    if (!Arrays.asList(headers.split(";")).contains("host")) {
      return false;
    }
    String toSign =
        "AWS4-HMAC-SHA256\n"
            + request.header("x-amz-date").orElse("")
            + "\n"
            + signed.group(2)
            + "\n"
            + sha256(canonical(request, headers));
    byte[] key = hmac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), signed.group(3));
    for (String part : new String[] {signed.group(4), "s3", "aws4_request", toSign}) {
      key = hmac(key, part);
    }
    return HexFormat.of().formatHex(key).equals(signed.group(6));
  }

  private static String canonical(HttpHead request, String headers) {
    String[] target = request.target().split("\\?", 2);
    String query =
        target.length == 1
            ? ""
            : Arrays.stream(target[1].split("&"))
                .map(pair -> pair.contains("=") ? pair : pair + "=")
                .sorted()
                .collect(Collectors.joining("&"));
    return request.method()
        + "\n"
        + target[0]
        + "\n"
        + query
        + "\n"
        + Arrays.stream(headers.split(";"))
            .map(name -> name + ":" + request.header(name).orElse("") + "\n")
            .collect(Collectors.joining())
        + "\n"
        + headers
        + "\n"
        + request.header("x-amz-content-sha256").orElse("");
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
