package dev.heddle.tests.algorithms.xgboost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HyperparametersTest {
  @Test
  void nothingGivenMeansDefaults() throws AlgorithmFailure {
    Hyperparameters defaults = Hyperparameters.parse(Map.of());
    assertEquals(20, defaults.rounds());
    assertEquals(10, defaults.classes());
    assertEquals("multi:softprob", defaults.booster().get("objective"));
  }

  @ParameterizedTest
  @CsvSource({
    "num_round,0",
    "num_round,many",
    "eta,1.5",
    "eta,NaN",
    "objective,reg:linear",
    "deph,3"
  })
  void aWrongOneIsNamedAndBlamedOnTheUser(String name, String value) {
    AlgorithmFailure failure =
        assertThrows(AlgorithmFailure.class, () -> Hyperparameters.parse(Map.of(name, value)));
    assertEquals(3, failure.exitCode());
    assertTrue(failure.getMessage().contains(name), failure.getMessage());
  }
}
