package dev.heddle.am.supervisor;

import dev.heddle.pipemode.ObjectUri;
import java.time.Duration;

/** Job plans for tests. */
final class Plans {
  private Plans() {}

  static JobPlan of(int hosts) {
    return new JobPlan(
        "fraud-17",
        hosts,
        "ml.m5.large (8192 MiB, 2 vcores)",
        true,
        Duration.ofMinutes(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofHours(1),
        Duration.ofMinutes(2),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(30),
        ObjectUri.parse("s3://bucket/out/fraud-17/output"),
        true,
        8 << 20);
  }
}
