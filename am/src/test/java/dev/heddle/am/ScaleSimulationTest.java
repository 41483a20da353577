package dev.heddle.am;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import org.junit.jupiter.api.Test;

class ScaleSimulationTest {
  @Test
  void aThousandHostsOfWhichATwentiethIsLostTrainToTheEnd() throws Exception {
    ScaleSimulation.Result result = ScaleSimulation.run(1_000);
    assertEquals(SecondaryStatus.COMPLETED, result.end());
    assertEquals(2, result.attempts());
  }
}
