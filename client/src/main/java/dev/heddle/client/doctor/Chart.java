package dev.heddle.client.doctor;

import dev.heddle.client.doctor.Finding.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** All findings so far; each is told as soon as it is there. */
final class Chart {
  private final Consumer<Finding> listener;
  private final List<Finding> findings = new ArrayList<>();

  Chart(Consumer<Finding> listener) {
    this.listener = listener;
  }

  void ok(String check, String message) {
    add(new Finding(check, Status.OK, message, List.of()));
  }

  void warning(String check, String message, String... remedies) {
    add(new Finding(check, Status.WARNING, message, List.of(remedies)));
  }

  void fault(String check, String message, String... remedies) {
    add(new Finding(check, Status.FAULT, message, List.of(remedies)));
  }

  /** Nothing new where something has been found already. */
  void skipped(String check, String why) {
    if (findings.stream().anyMatch(finding -> finding.check().equals(check))) {
      return;
    }
    add(new Finding(check, Status.SKIPPED, why, List.of()));
  }

  void add(Finding finding) {
    findings.add(finding);
    listener.accept(finding);
  }

  /** Whether any finding is a fault. */
  boolean faulty() {
    return findings.stream().anyMatch(finding -> finding.status() == Status.FAULT);
  }

  List<Finding> findings() {
    return List.copyOf(findings);
  }
}
