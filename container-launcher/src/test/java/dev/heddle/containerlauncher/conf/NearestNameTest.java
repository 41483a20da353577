package dev.heddle.containerlauncher.conf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  private static final List<String> NAMES =
      List.of("HyperParameters", "Environment", "Tags", "RoleArn");

  @ParameterizedTest
  @CsvSource({
    "HyperParamters, HyperParameters",
    "hyper_parameters, HyperParameters",
    "Enviroment, Environment",
    "tags, Tags",
    "Tag, Tags",
    "Tasg, Tags",
    "RoleARN, RoleArn",
    "Channels,",
    "'',"
  })
  void theNameThatNeedsTheFewestChangesIsMeant(String written, String meant) {
    assertEquals(Optional.ofNullable(meant), NearestName.of(written, NAMES));
  }

  @Test
  void ofEquallyNearNamesTheFirstInTheAlphabetIsTaken() {
    assertEquals(Optional.of("cab"), NearestName.of("cxb", List.of("ccb", "cab", "cbb")));
  }

  @Test
  void anEndlessNameIsNobodysTypingError() {
    assertEquals(Optional.empty(), NearestName.of("T".repeat(129), List.of("T".repeat(129))));
  }
}
