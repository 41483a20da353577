package dev.heddle.client.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.client.doctor.Finding;
import dev.heddle.client.doctor.Finding.Status;
import dev.heddle.client.session.Console;
import dev.heddle.containerlauncher.job.Json;
import java.util.List;
import java.util.Locale;

/** A doctor's findings for people, and as JSON. */
final class FindingText {
  private static final String ROW = "%-8s %-18s %s";

  private final Console console;

  FindingText(Console console) {
    this.console = console;
  }

  /** One line, and one more for each remedy. */
  void print(Finding finding) {
    String word = word(finding.status());
    console.result(
        String.format(
            Locale.ROOT,
            ROW,
            finding.status() == Status.FAULT ? word.toUpperCase(Locale.ROOT) : word,
            finding.check(),
            finding.message()));
    for (String remedy : finding.remedies()) {
      console.result(String.format(Locale.ROOT, ROW, "", "  change:", remedy));
    }
  }

  /** How many of each kind. */
  void summary(List<Finding> findings) {
    console.result(
        count(findings, Status.OK)
            + " ok, "
            + plural(count(findings, Status.WARNING), "warning")
            + ", "
            + plural(count(findings, Status.FAULT), "fault")
            + ", "
            + count(findings, Status.SKIPPED)
            + " skipped");
  }

  private static long count(List<Finding> findings, Status status) {
    return findings.stream().filter(finding -> finding.status() == status).count();
  }

  private static String plural(long count, String word) {
    return count + " " + word + (count == 1 ? "" : "s");
  }

  static boolean wrong(List<Finding> findings) {
    return findings.stream()
        .anyMatch(f -> f.status() == Status.FAULT || f.status() == Status.WARNING);
  }

  static ObjectNode json(List<Finding> findings) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("healthy", !wrong(findings));
    ArrayNode all = json.putArray("findings");
    for (Finding finding : findings) {
      ObjectNode each = all.addObject();
      each.put("check", finding.check());
      each.put("status", word(finding.status()));
      each.put("message", finding.message());
      ArrayNode remedies = each.putArray("remedies");
      finding.remedies().forEach(remedies::add);
    }
    return json;
  }

  private static String word(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }
}
