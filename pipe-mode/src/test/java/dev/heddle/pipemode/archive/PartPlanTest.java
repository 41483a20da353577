package dev.heddle.pipemode.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TreeSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartPlanTest {
  private static final int MIB = 1 << 20;

  private static void assertSound(List<TreeSize> trees, PartPlan plan) {
    int next = 1;
    for (int i = 0; i < trees.size(); i++) {
      PartPlan.Share share = plan.hosts().get(i);
      assertEquals(next, share.first());
      next = share.last() + 1;
      long bound = PartPlan.bound(trees.get(i));
      long room = share.count() * (long) plan.partSize();
      assertTrue(room >= bound || bound < PartSink.SMALLEST_PART, trees.get(i) + " in " + share);
    }
    assertTrue(plan.end().first() >= next);
    assertEquals(10_000, plan.end().last());
    assertTrue(plan.end().count() * (long) plan.partSize() >= trees.size() * 5L * MIB);
  }

  @Test
  void smallTreesNeedNoParts() {
    List<TreeSize> trees = List.of(new TreeSize(3, 1000), TreeSize.EMPTY);
    PartPlan plan = PartPlan.of(trees, PartPlan.DEFAULT_PART_SIZE);
    assertEquals(8 * MIB, plan.partSize());
    assertEquals(0, plan.hosts().get(0).count());
    assertEquals(0, plan.hosts().get(1).count());
    assertSound(trees, plan);
  }

  @Test
  void sharesAreInProportionToTheTrees() {
    List<TreeSize> trees = List.of(new TreeSize(1, 1000L * MIB), new TreeSize(1, 3000L * MIB));
    PartPlan plan = PartPlan.of(trees, PartPlan.DEFAULT_PART_SIZE);
    double ratio = plan.hosts().get(1).count() / (double) plan.hosts().get(0).count();
    assertEquals(3, ratio, 0.05);
    assertSound(trees, plan);
  }

  @Test
  void partsGrowWhenTenThousandWouldNotDo() {
    List<TreeSize> trees = Collections.nCopies(7, new TreeSize(1000, 100L << 30));
    PartPlan plan = PartPlan.of(trees, PartPlan.DEFAULT_PART_SIZE);
    assertTrue(plan.partSize() > 70 * MIB && plan.partSize() < 90 * MIB, "" + plan.partSize());
    assertSound(trees, plan);
  }

  @Test
  void anyTreesAreDividedSoundly() {
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      List<TreeSize> trees = new ArrayList<>();
      int hosts = 1 + random.nextInt(round < 100 ? 5 : 500);
      for (int i = 0; i < hosts; i++) {
        long files = random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(10_000);
        long bytes = files == 0 ? 0 : (long) (Math.pow(random.nextDouble(), 4) * (50L << 30));
        trees.add(new TreeSize(files, bytes));
      }
      assertSound(trees, PartPlan.of(trees, PartPlan.DEFAULT_PART_SIZE));
    }
  }

  @Test
  void whatNoObjectCanHoldIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> PartPlan.of(List.of(new TreeSize(1, 1L << 50)), PartPlan.DEFAULT_PART_SIZE));
    assertThrows(
        IllegalArgumentException.class, () -> PartPlan.of(List.of(TreeSize.EMPTY), 5 * MIB - 1));
  }

  @Test
  void targetsCarryTheNumbers() {
    PartPlan plan =
        PartPlan.of(List.of(new TreeSize(1, 100L * MIB), new TreeSize(1, 100L * MIB)), 5 * MIB);
    ObjectUri object = ObjectUri.parse("s3://b/model.tar.gz");
    MultipartTarget second = plan.target(1, object, "u");
    assertEquals(plan.hosts().get(1).first(), second.firstPart());
    assertEquals(plan.hosts().get(1).last(), second.lastPart());
    assertEquals(5 * MIB, second.partSize());
    assertEquals(10_000, plan.endTarget(object, "u").lastPart());
  }
}
