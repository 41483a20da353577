package dev.heddle.pipemode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectUriTest {

  @ParameterizedTest
  @CsvSource({
    "s3://b, s3, b, ''",
    "s3://b/, s3, b, ''",
    "s3://b/a//b%20c/, s3, b, a//b%20c/",
    "hdfs://nn:8020/data/x, hdfs, nn:8020, data/x",
    "hdfs:///data/x, hdfs, '', data/x",
    "hdfs:///, hdfs, '', ''",
    "abfs://c@account.example/d, abfs, c@account.example, d",
    "s3a://b/k, s3a, b, k"
  })
  void anAddressIsTakenApart(String text, String scheme, String bucket, String key) {
    assertEquals(new ObjectUri(scheme, bucket, key), ObjectUri.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://b/k", "hdfs://nn/k", "hdfs:///data/train"})
  void anAddressIsWrittenAsItWasRead(String text) {
    assertEquals(text, ObjectUri.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "b/k",
        "s3:/b/k",
        "s3://",
        "s3:///k",
        "hdfs://",
        "://b/k",
        "HDFS://b/k",
        "https://b/k",
        "a b://c/d"
      })
  void whatIsNoAddressIsRepeatedInTheMessage(String text) {
    String said =
        assertThrows(IllegalArgumentException.class, () -> ObjectUri.parse(text)).getMessage();
    assertEquals("not an object address (s3://bucket/key): " + text, said);
  }

  @Test
  void onlyS3sOwnSchemeIsInS3() {
    assertTrue(ObjectUri.parse("s3://b/k").inS3());
    assertFalse(ObjectUri.parse("s3a://b/k").inS3());
  }
}
