package dev.heddle.tests.bench.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Cell SMALL = new Cell(32, 1);
  private static final Cell LARGE = new Cell(256, 3);

  private static Run run(int round, Cell cell, Way way, double rate) {
    return new Run(round, cell, way, 10, rate, 0.97, "");
  }

  /** Two rounds of two cells: one half as fast, one just as fast. */
  private static List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    for (int round = 1; round <= 2; round++) {
      runs.add(run(round, SMALL, Way.BESIDE, 100 * round));
      runs.add(run(round, SMALL, Way.DOCKER, 25 * round * (round + 1)));
      runs.add(run(round, LARGE, Way.DOCKER, 4000));
      runs.add(run(round, LARGE, Way.BESIDE, 4000));
    }
    return runs;
  }

  @Test
  void aRatioIsOfTwoRunsOfOneRound() {
    Ratio ratio = Ratio.of(runs(), SMALL, Way.DOCKER, Way.BESIDE).orElseThrow();
    assertEquals(List.of(0.5, 0.75), ratio.rounds().values());
  }

  @Test
  void aRoundWithoutTheOtherRunHasNoRatio() {
    List<Run> runs = new ArrayList<>(runs());
    runs.add(run(3, SMALL, Way.DOCKER, 7));
    runs.add(Run.failed(3, SMALL, Way.BESIDE, 10, "no memory"));
    assertEquals(
        2, Ratio.of(runs, SMALL, Way.DOCKER, Way.BESIDE).orElseThrow().rounds().values().size());
    assertTrue(Ratio.of(runs, SMALL, Way.PROCESS, Way.BESIDE).isEmpty());
  }

  @Test
  void theReportHasCellsMeanTargetsAndEveryRun() {
    String report = new Report(runs()).text();
    assertTrue(report.contains("| 32 | 1 | 150 | 100 | 0.625 [0.500–0.750] |"), report);
    assertTrue(
        report.contains(
            "- Heddle, Docker: geometric mean of 2 cells **0.791** (aim 0.98: **not met**), worst"
                + " cell 0.625, batch 32, 1 host (aim 0.95: **not met**)"),
        report);
    assertTrue(report.contains("| 256 | 3 | 4000, 4000 | 4000, 4000 |"), report);
    assertFalse(report.contains("processes"), report);
  }

  @Test
  void whatDockerItselfCostsIsTold() {
    List<Run> runs = new ArrayList<>(runs());
    runs.add(run(1, LARGE, Way.ENGINE, 3200));
    runs.add(run(2, LARGE, Way.ENGINE, 3200));
    String report = new Report(runs).text();
    assertTrue(report.contains("| 0.800 [0.800–0.800] | 1.250 [1.250–1.250] |"), report);
    assertTrue(report.contains("- docker run, of native beside: geometric mean 0.800"), report);
    assertTrue(report.contains("- Heddle, Docker, of docker run: geometric mean 1.250"), report);
  }

  @Test
  void aFailedRunIsAmongAllRuns() {
    List<Run> runs = new ArrayList<>(runs());
    runs.add(Run.failed(3, LARGE, Way.DOCKER, 10, "no memory"));
    String report = new Report(runs).text();
    assertTrue(report.contains("| 4000, 4000 | 4000, 4000, failed |"), report);
  }

  @Test
  void runsComeBackFromTheirFile(@TempDir Path temp) throws Exception {
    ResultsFile file = new ResultsFile(temp.resolve("runs.jsonl"));
    assertEquals(List.of(), file.all());
    List<Run> runs = new ArrayList<>(runs());
    runs.add(Run.failed(3, LARGE, Way.HAND, 10, "no \"memory\""));
    for (Run run : runs) {
      file.add(run);
    }
    assertEquals(runs, file.all());
  }
}
