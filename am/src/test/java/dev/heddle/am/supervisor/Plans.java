package dev.heddle.am.supervisor;

import dev.heddle.pipemode.ObjectUri;
import java.time.Duration;

/** Job plans for tests. */
final class Plans {
  private Plans() {}

  /** One that no fault is forgiven. */
  static JobPlan of(int hosts) {
    return of(hosts, FaultPolicy.JOB, 0, 0);
  }

  /** One that goes on after five faults of the platform. */
  static JobPlan relaunching(int hosts, String policy) {
    return of(hosts, FaultPolicy.parse(policy), 5, 0);
  }

  static JobPlan of(int hosts, FaultPolicy policy, int platformAttempts, int algorithmAttempts) {
    return new JobPlan(
        "fraud-17",
        "heddle logs fraud-17 --host %s",
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
        platformAttempts > 0,
        policy,
        platformAttempts > 0 ? Duration.ofSeconds(5) : Duration.ZERO,
        Duration.ofSeconds(15),
        Duration.ofMinutes(10),
        platformAttempts,
        algorithmAttempts,
        ObjectUri.parse("s3://bucket/out/fraud-17/output"),
        true,
        8 << 20);
  }
}
