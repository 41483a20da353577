package dev.heddle.tests.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.algorithms.steps.StepsRun;
import dev.heddle.tests.algorithms.steps.StepsRuns;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What must hold of a job's record and of what its hosts printed, whatever happened to it.
 *
 * @param record the description at its end
 * @param most how many steps an attempt may have to make once more
 */
record Oracle(JsonNode record, StepsRuns runs, int hosts, int steps, int most) {
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    require(
        broken,
        completed(),
        "the job is " + text("TrainingJobStatus") + ": " + text("FailureReason"));
    broken.addAll(StatusCourse.faults(ChaosJob.statuses(record)));
    attempts(broken);
    for (int attempt = 1; attempt <= runs.attempts(); attempt++) {
      attempt(broken, attempt);
    }
    int last = runs.attempts();
    require(
        broken, runs.hosts(last) == hosts, "the last attempt had " + runs.hosts(last) + " hosts");
    require(broken, runs.last(last) == steps, "the last attempt ended at step " + runs.last(last));
    metric(broken);
    return broken;
  }

  boolean completed() {
    return text("TrainingJobStatus").equals("Completed")
        && text("SecondaryStatus").equals("Completed");
  }

  private String text(String member) {
    return record.path(member).asText();
  }

  /** What the record says of its attempts fits together, and fits what was printed. */
  private void attempts(List<String> broken) {
    JsonNode attempts = record.at("/Heddle/Attempts");
    int count = attempts.size();
    require(
        broken,
        record.at("/Heddle/Attempt").asInt() == count && runs.attempts() == count,
        "the record tells of "
            + count
            + " attempts, the last being number "
            + record.at("/Heddle/Attempt").asInt()
            + ", and the hosts of "
            + runs.attempts());
    long restarts = ChaosJob.statuses(record).stream().filter("Restarting"::equals).count();
    require(
        broken,
        restarts == count - 1,
        "there are " + count + " attempts, but the job was Restarting " + restarts + " times");
    double before = 0;
    for (int i = 0; i < count; i++) {
      JsonNode attempt = attempts.get(i);
      boolean last = i == count - 1;
      require(broken, attempt.path("Number").asInt() == i + 1, "attempt numbers: " + attempts);
      require(
          broken,
          attempt.has("Cause") != last,
          "attempt " + (i + 1) + " of " + count + " and its cause: " + attempt);
      double start = attempt.path("StartTime").asDouble(-1);
      require(broken, start >= before, "attempt " + (i + 1) + " begins too early: " + attempts);
      before = attempt.path("EndTime").asDouble(last ? start : -1);
      require(
          broken, before >= start, "attempt " + (i + 1) + " ends before it begins: " + attempts);
    }
  }

  private void attempt(List<String> broken, int attempt) {
    List<StepsRun> its = runs.all().stream().filter(run -> run.attempt() == attempt).toList();
    Set<String> names = new TreeSet<>(its.stream().map(StepsRun::host).toList());
    require(
        broken,
        its.size() == names.size(),
        "in attempt "
            + attempt
            + " a host started twice: "
            + its.stream().map(StepsRun::host).toList());
    List<Integer> from = runs.from(attempt);
    require(broken, from.size() <= 1, "attempt " + attempt + " started from " + from);
    if (!from.isEmpty()) {
      int repeated = runs.repeated(attempt);
      require(
          broken,
          repeated <= most,
          "attempt " + attempt + " made " + repeated + " steps again, more than " + most);
    }
    for (StepsRun run : its) {
      for (int i = 0; i < run.steps().size(); i++) {
        if (run.steps().get(i) != run.from() + 1 + i) {
          broken.add(run.host() + " left steps out in attempt " + attempt + ": " + run.steps());
          break;
        }
      }
    }
  }

  private void metric(List<String> broken) {
    for (JsonNode metric : record.path("FinalMetricDataList")) {
      if (metric.path("MetricName").asText().equals("step")) {
        int value = metric.path("Value").asInt();
        // Who made the last step in an earlier attempt may have been cut off until it ended.
        boolean told = runs.training(runs.attempts()) > 0;
        require(
            broken,
            told ? value == steps : value > 0 && value <= steps,
            "the last metric is " + metric);
        return;
      }
    }
    broken.add("there is no metric 'step'");
  }

  private static void require(List<String> broken, boolean holds, String otherwise) {
    if (!holds) {
      broken.add(otherwise);
    }
  }
}
