package dev.heddle.tests.bench.pipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.tests.bench.pipe.Results.Cell;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TargetTest {
  private static final Cell CELL = new Cell(Condition.B, DataSet.GB1);

  private final Results results = new Results();

  /** One GB in so many seconds after the first byte, which came after one. */
  private static Run run(double seconds) {
    return new Run(1_000_000_000, 1, seconds, 2, 100);
  }

  private Target target(String figure) {
    List<Target> found =
        Target.of(results).stream().filter(t -> t.figure().equals(figure)).toList();
    assertEquals(1, found.size(), figure);
    return found.get(0);
  }

  @Test
  void heddleIsComparedWithTheFastestOfThem() {
    results.add(CELL, new HeddlePipe(Path.of("")), run(1));
    results.add(CELL, new HeddlePipe(Path.of("")), run(0.5));
    results.add(CELL, new HeddlePipe(Path.of("")), run(0.1));
    results.add(CELL, new RcloneCat(), run(10));
    results.add(CELL, new AwsCopy(), run(2));
    assertEquals(
        "| B, 1 GB: Heddle / fastest peer | at least 3 | 4.00 (aws) | met |",
        target("B, 1 GB: Heddle / fastest peer").line());
    assertEquals(
        "| B, 1 GB: Heddle / fastest peer with one connection | at least 10 | 20.00 (rclone) | met |",
        target("B, 1 GB: Heddle / fastest peer with one connection").line());
  }

  @Test
  void aMissedTargetIsShownAsMissed() {
    results.add(CELL, new HeddlePipe(Path.of("")), run(4));
    results.add(CELL, new Limit(Path.of("")), run(1));
    assertEquals(
        "| B, 1 GB: Heddle / limit | at least 0.9 | 0.25 (limit) | missed |",
        target("B, 1 GB: Heddle / limit").line());
  }

  @Test
  void processorTimeIsTakenWhereItIsWorst() {
    results.add(new Cell(Condition.A, DataSet.GB1), new HeddlePipe(Path.of("")), run(1));
    results.add(
        new Cell(Condition.A, DataSet.MB50),
        new HeddlePipe(Path.of("")),
        new Run(1_000_000_000, 1, 1, 3, 100));
    results.add(CELL, new HeddlePipe(Path.of("")), new Run(1_000_000_000, 1, 1, 9, 300));
    assertEquals(
        "| CPU seconds per GB, A, large objects | at most 1 | 3.00 (A, 50 MB) | missed |",
        target("CPU seconds per GB, A, large objects").line());
    assertEquals(
        "| peak resident memory, MB | at most 256 | 300.00 (B, 1 GB) | missed |",
        target("peak resident memory, MB").line());
  }

  @Test
  void trainingCountsFromTheStart() {
    results.add(Condition.B, Way.PIPE, run(1));
    results.add(Condition.B, Way.FILE, run(4));
    assertEquals(Optional.of(2.5), target("B: Pipe / File, total training MB/s").measured());
  }

  @Test
  void whatWasNotMeasuredIsNeitherMetNorMissed() {
    for (Target target : Target.of(results)) {
      assertTrue(target.met().isEmpty(), target.line());
      assertTrue(target.line().endsWith("| not measured |  |"), target.line());
    }
  }
}
