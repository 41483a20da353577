package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AugmentedLineTest {
  private static String[] values(String line, String... names) throws Exception {
    return new AugmentedLine(List.of(names)).values(line.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void valuesComeInTheOrderOfTheNamesAndOthersAreIgnored() throws Exception {
    assertArrayEquals(
        new String[] {"3", "s3://b/7.png"},
        values("{\"img-ref\":\"s3://b/7.png\",\"x\":{\"cls\":9},\"cls\":3}", "cls", "img-ref"));
  }

  @Test
  void numbersKeepTheirSpellingAndStructuresTheirText() throws Exception {
    assertArrayEquals(
        new String[] {"1", "1.0", "1e3", "true", "", "{\"b\": [1, \"ü\"]}", "[ 2 ]"},
        values(
            "{\"ä\":\"ö\",\"i\":1,\"d\":1.0,\"e\":1e3,\"t\":true,\"s\":\"\",\"o\":{\"b\": [1,"
                + " \"ü\"]},\"a\":[ 2 ]}",
            "i",
            "d",
            "e",
            "t",
            "s",
            "o",
            "a"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"b\":1}       | it has no value for \"a\"",
        "{\"a\":null}    | it has no value for \"a\"",
        "{\"A\":1}       | it has no value for \"a\"",
        "[1]             | it must be a JSON object",
        "{\"a\":1} {}    | nothing may follow",
        "{\"a\":1        | it is no JSON object",
        "{\"a\":1,\"a\":2} | Duplicate field 'a'",
        "a,b             | it is no JSON object",
      })
  void aLineThatCannotBeUsedSaysWhy(String line, String why) {
    AugmentedLine.BadLineException bad =
        assertThrows(AugmentedLine.BadLineException.class, () -> values(line, "a"));
    assertTrue(bad.getMessage().contains(why), bad.getMessage());
  }
}
