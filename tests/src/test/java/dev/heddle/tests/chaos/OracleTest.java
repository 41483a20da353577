package dev.heddle.tests.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.algorithms.steps.StepsRun;
import dev.heddle.tests.algorithms.steps.StepsRuns;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OracleTest {
  private static final int HOSTS = 2;
  private static final int STEPS = 10;
  private static final String RELAUNCHED =
      """
      {"TrainingJobStatus": "Completed", "SecondaryStatus": "Completed",
       "SecondaryStatusTransitions": [{"Status": "Starting"}, {"Status": "Downloading"},
         {"Status": "Training"}, {"Status": "Restarting"}, {"Status": "Training"},
         {"Status": "Uploading"}, {"Status": "Completed"}],
       "FinalMetricDataList": [{"MetricName": "step", "Value": 10}],
       "Heddle": {"Attempt": 2, "Attempts": [
         {"Number": 1, "StartTime": 5.0, "EndTime": 7.5, "Cause": "KILLED", "Host": "algo-1"},
         {"Number": 2, "StartTime": 9.0, "EndTime": 11.0}]}}
      """;

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }

  private static StepsRun run(String host, int attempt, int from, int to) {
    return new StepsRun(
        host, attempt, from, 1, IntStream.rangeClosed(from + 1, to).boxed().toList());
  }

  private static List<StepsRun> relaunched() {
    return new ArrayList<>(
        List.of(
            run("algo-1", 1, 0, 6),
            run("algo-2", 1, 0, 6),
            run("algo-1", 2, 4, STEPS),
            run("algo-2", 2, 4, STEPS)));
  }

  private static List<String> broken(String record, List<StepsRun> runs, int most)
      throws JsonProcessingException {
    return new Oracle(json(record), new StepsRuns(runs), HOSTS, STEPS, most).broken();
  }

  @Test
  void aJobThatWasRelaunchedOnceHolds() throws Exception {
    assertEquals(List.of(), broken(RELAUNCHED, relaunched(), 2));
  }

  @Test
  void moreWorkIsLostThanMayBe() throws Exception {
    assertEquals(
        List.of("attempt 2 made 2 steps again, more than 1"), broken(RELAUNCHED, relaunched(), 1));
  }

  @Test
  void anAttemptThatTheRecordDoesNotTellOf() throws Exception {
    List<StepsRun> runs = relaunched();
    runs.add(run("algo-1", 3, 8, STEPS));
    runs.add(run("algo-2", 3, 8, STEPS));
    assertEquals(1, broken(RELAUNCHED, runs, 2).size());
  }

  @Test
  void hostsThatStartFromDifferentStatesOrTwice() throws Exception {
    List<StepsRun> runs = relaunched();
    runs.set(3, run("algo-2", 2, 2, STEPS));
    assertTrue(broken(RELAUNCHED, runs, 4).contains("attempt 2 started from [2, 4]"));
    runs = relaunched();
    runs.add(run("algo-2", 2, 4, STEPS));
    assertEquals(
        List.of("in attempt 2 a host started twice: [algo-1, algo-2, algo-2]"),
        broken(RELAUNCHED, runs, 2));
  }

  @Test
  void attemptsThatOverlapAndARelaunchThatNoStatusTells() throws Exception {
    String overlapping = RELAUNCHED.replace("9.0", "7.0");
    assertTrue(broken(overlapping, relaunched(), 2).get(0).contains("begins too early"));
    String silent =
        RELAUNCHED.replace("{\"Status\": \"Restarting\"}, {\"Status\": \"Training\"},", "");
    assertEquals(
        List.of("there are 2 attempts, but the job was Restarting 0 times"),
        broken(silent, relaunched(), 2));
  }

  @Test
  void aMetricThatIsNotTheLastThoughItWasTold() throws Exception {
    String early = RELAUNCHED.replace("\"Value\": 10", "\"Value\": 6");
    assertEquals(1, broken(early, relaunched(), 2).size());
    List<StepsRun> runs = relaunched();
    runs.set(0, run("algo-1", 1, 0, STEPS));
    runs.set(1, run("algo-2", 1, 0, STEPS));
    runs.set(2, run("algo-1", 2, STEPS, STEPS));
    runs.set(3, run("algo-2", 2, STEPS, STEPS));
    assertEquals(List.of(), broken(early, runs, 2), "the first attempt's hosts were cut off");
    String none = RELAUNCHED.replace("\"Value\": 10", "\"Value\": 0");
    assertEquals(1, broken(none, runs, 2).size());
  }

  @Test
  void anAttemptThatEndedTooEarlyAndAJobThatFailed() throws Exception {
    List<StepsRun> runs = relaunched();
    runs.set(2, run("algo-1", 2, 4, 9));
    runs.set(3, run("algo-2", 2, 4, 9));
    assertEquals(List.of("the last attempt ended at step 9"), broken(RELAUNCHED, runs, 2));
    String failed = RELAUNCHED.replace("\"Completed\"", "\"Failed\"");
    assertEquals("the job is Failed: ", broken(failed, relaunched(), 2).get(0));
  }
}
