package dev.heddle.tests.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final List<Fault> ALL = List.of(Fault.values());

  private static List<Plan> plans(int from, int count) {
    List<Plan> plans = new ArrayList<>();
    for (int seed = from; seed < from + count; seed++) {
      plans.add(Plan.of(seed, ALL, 3));
    }
    return plans;
  }

  @Test
  void aSeedMakesTheSameRunAgain() {
    assertEquals(plans(4711, 50), plans(4711, 50));
    assertFalse(plans(4711, 50).equals(plans(4712, 50)));
  }

  @Test
  void asManySeedsAsThereAreFaultsHaveEachOnce() {
    Set<Fault> first = EnumSet.noneOf(Fault.class);
    plans(10 * ALL.size(), ALL.size()).forEach(plan -> first.add(plan.strikes().get(0).fault()));
    assertEquals(EnumSet.allOf(Fault.class), first);
  }

  @Test
  void modesTakeTurnsAndEachFaultComesInBoth() {
    Set<List<?>> seen = new HashSet<>();
    for (Plan plan : plans(0, 20 * ALL.size())) {
      seen.add(List.of(plan.mode(), plan.strikes().get(0).fault()));
    }
    assertEquals(Mode.values().length * ALL.size(), seen.size());
  }

  @Test
  void aFewRunsHaveTwoFaultsThatCanBeAtOnce() {
    List<Plan> plans = plans(0, 1000);
    long two = plans.stream().filter(plan -> plan.strikes().size() == 2).count();
    assertTrue(two > 100 && two < 300, two + " of 1000");
    for (Plan plan : plans) {
      if (plan.strikes().size() == 2) {
        assertFalse(
            plan.strikes().get(0).fault().excludes(plan.strikes().get(1).fault()), plan.toString());
      }
    }
  }

  @Test
  void theyComeWhileTheJobTrainsAndToAnyHost() {
    Set<Integer> hosts = new HashSet<>();
    double least = 1;
    double most = 0;
    for (Plan plan : plans(0, 1000)) {
      for (Plan.Strike strike : plan.strikes()) {
        hosts.add(strike.host());
        least = Math.min(least, strike.moment());
        most = Math.max(most, strike.moment());
      }
    }
    assertEquals(Set.of(1, 2, 3), hosts);
    assertTrue(least > 0 && least < 0.1, "from " + least);
    assertTrue(most > 0.9 && most < 1, "to " + most);
  }
}
