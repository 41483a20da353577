package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequiredLiteralTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "acc=([0-9.]+);~acc=",
        ".*validation-error:(\\S+)~validation-error:",
        "#quality_metric: host=\\S+, train loss <loss>=(\\S+)~'#quality_metric: host='",
        "a(b)c~a",
        "loss\\.mean: ([0-9\\.]+)~'loss.mean: '",
        "colou?r=(.*)~colo",
        "x{0}yz=(.)~yz=",
        "^\\[epoch (\\d+)\\]$~'[epoch '",
        "ab*?cde(.)~cde",
      })
  void findsTheLongestTextThatEveryMatchContains(String regex, String literal) {
    assertEquals(literal, RequiredLiteral.of(regex));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "loss=(.+)|error=(.+)",
        "(?i)loss=(.+)",
        "(?:loss)=(.+)",
        "\\Qa.b\\E(.)",
        "\\x41bc(.)",
        "[[a]b]cde(.)",
        "[]a]cde(.)",
        "(.+)",
      })
  void findsNoneWhereItIsNotCertain(String regex) {
    assertEquals("", RequiredLiteral.of(regex));
  }
}
