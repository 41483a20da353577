package dev.heddle.tests.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  private static Plan plan(Fault... faults) {
    return new Plan(
        1,
        Mode.FILE,
        List.of(faults).stream().map(fault -> new Plan.Strike(fault, 0.5, 1, 0.5)).toList());
  }

  @Test
  void aRowForEachFaultThatWasOneForRunsWithTwoAndOneForAll() {
    assertEquals(
        """
        | fault | runs | completed | model identical | steps made again: median | worst | training again after, s (median) |
        |---|---|---|---|---|---|---|
        | agent killed | 3 | 2 | 2 | 7 | 20 | 3.6 |
        | S3 answers 503 | 1 | 1 | 1 | 0 | 0 | 0.1 |
        | two of these | 1 | 1 | 1 | 9 | 9 | – |
        | **all** | 5 | 4 | 4 | 7 | 20 | 3.4 |
        """,
        Table.of(
            List.of(
                new Result(plan(Fault.AGENT_KILLED), true, true, 7, List.of(3.2), List.of()),
                new Result(plan(Fault.AGENT_KILLED), false, false, 20, List.of(9.0), List.of("!")),
                new Result(plan(Fault.AGENT_KILLED), true, true, 5, List.of(3.6), List.of()),
                new Result(plan(Fault.S3_REFUSES), true, true, 0, List.of(0.1), List.of()),
                new Result(
                    plan(Fault.AGENT_KILLED, Fault.S3_RESETS),
                    true,
                    true,
                    9,
                    List.of(),
                    List.of()))));
  }
}
