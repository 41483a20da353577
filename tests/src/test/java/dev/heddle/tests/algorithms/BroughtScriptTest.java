package dev.heddle.tests.algorithms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.algorithms.steps.StepsSample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sample {@code script} gives a script, and what it says when the script fails. */
class BroughtScriptTest {
  @TempDir private Path temp;

  @BeforeAll
  static void wantPython() throws InterruptedException {
    String obstacle = StepsSample.obstacle().orElse("");
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
  }

  private SampleHost bring(String name, String script) throws IOException {
    return SampleHost.of("script", temp)
        .host(2, 3)
        .channel("train", "File", "7,1,2\n")
        .channel("code", "File", "")
        .file("code", name, script);
  }

  private static void tells(String failure, String... words) {
    for (String word : words) {
      assertTrue(failure.contains(word), failure);
    }
  }

  @Test
  void hyperparametersAreArgumentsAndTheRestIsInTheEnvironment()
      throws IOException, InterruptedException {
    String script =
        """
        import json, os, sys
        hosts, rest = json.loads(os.environ["SM_HOSTS"]), os.environ["SM_CHANNEL_TRAIN"]
        sys.exit(f"{sys.argv} {os.environ['SM_CURRENT_HOST']} of {hosts} {rest}")
        """;
    String failure =
        bring("fit.py", script)
            .hyperparameters(
                Map.of("epochs", "3", "name", "\"a b\"", "sagemaker_program", "\"fit.py\""))
            .failure();
    assertEquals(
        "fit.py left with exit code 1: ['fit.py', '--epochs', '3', '--name', 'a b']"
            + " algo-2 of ['algo-1', 'algo-2', 'algo-3'] "
            + temp.resolve("ml/input/data/train"),
        failure);
  }

  @Test
  void aScriptThatIsNotThereIsMissedByItsName() throws IOException, InterruptedException {
    tells(
        bring("fit.py", "").failure(),
        "there is no script 'train.py' in channel 'code', which has data.csv, fit.py",
        "name it in the hyperparameter sagemaker_program");
  }

  @Test
  void anArchiveThatIsNoneIsNamed() throws IOException, InterruptedException {
    tells(
        bring("sourcedir.tar.gz", "not an archive").failure(),
        "sourcedir.tar.gz of channel 'code' can't be unpacked");
  }

  @Test
  void aHyperparameterThatTheScriptDoesNotTakeIsExplained()
      throws IOException, InterruptedException {
    String script =
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--epochs")
        parser.parse_args()
        """;
    tells(
        bring("train.py", script).hyperparameters(Map.of("rounds", "3")).failure(2),
        "train.py left with exit code 2",
        "unrecognized arguments: --rounds 3",
        "take it out of HyperParameters");
  }

  @Test
  void aModuleThatIsMissingBelongsIntoTheRequirements() throws IOException, InterruptedException {
    tells(
        bring("train.py", "import nothing_of_the_kind").failure(),
        "No module named 'nothing_of_the_kind'",
        "requirements.txt");
  }

  @Test
  void aScriptThatIsKilledSpeaksOfMemory() throws IOException, InterruptedException {
    tells(
        bring("train.py", "import os\nos.kill(os.getpid(), 9)").failure(137),
        "most likely because memory ran out",
        "InstanceType with more memory");
  }
}
