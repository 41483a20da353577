package dev.heddle.tests.bench.pipe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.tests.bench.Figures;
import dev.heddle.tests.bench.pipe.Results.Row;
import dev.heddle.tests.bench.pipe.Results.TrainRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The tables of a run, and the same as JSON.
 *
 * @param complete whether no run failed; else the last rows have fewer rounds
 * @param versions of the contenders by their names; empty for one that isn't installed
 */
record Report(
    String machine,
    int rounds,
    boolean complete,
    Volume volume,
    boolean verified,
    Map<String, Optional<String>> versions,
    Results results) {

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("Machine: " + machine);
    for (Condition condition : Condition.values()) {
      lines.add("Condition " + condition.text());
    }
    versions.forEach(
        (name, version) -> lines.add(name + ": " + version.orElse("not installed, not measured")));
    lines.add(
        String.format(
            Locale.ROOT,
            "Medians and ranges of %d rounds. Large sets: %s GiB a round, peers %s GiB; small"
                + " objects: 10,000, peers %d, aws %d. MB/s from the first byte on; start: from"
                + " the process's start to the first byte.%s",
            rounds,
            number(volume.gib()),
            number(volume.peerGib()),
            volume.peerObjects(),
            Math.max(1, volume.peerObjects() / 20),
            verified ? " All bytes were compared, which takes time." : ""));
    if (!complete) {
      lines.add("A run failed: this was measured before it, the last rows in fewer rounds.");
    }
    lines.add("");
    lines.add(
        "| condition | objects | contender | read, GB | MB/s | start, s | CPU s/GB | peak MB |");
    lines.add("|---|---|---|---|---|---|---|---|");
    results.rows().forEach(row -> lines.add(line(row)));
    if (results.trainRows().findAny().isPresent()) {
      lines.add("");
      lines.add(
          "| condition | Pipe against File, then train ("
              + number(volume.trainGib())
              + " GiB of 100 MB) | total training MB/s | until the first byte, s | CPU s/GB | peak MB |");
      lines.add("|---|---|---|---|---|---|");
      results.trainRows().forEach(row -> lines.add(line(row)));
    }
    lines.add("");
    lines.add("| figure | target | measured | |");
    lines.add("|---|---|---|---|");
    Target.of(results).forEach(target -> lines.add(target.line()));
    return lines;
  }

  private static String line(Row row) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %.2f | %s | %s | %s | %s |",
        row.cell().condition(),
        row.cell().set().title(),
        row.contender().name(),
        row.runs().get(0).bytes() / 1e9,
        row.figures(Run::megabytesPerSecond).text(decimals(row.rate())),
        row.figures(Run::startSeconds).text(2),
        cpu(row.figures(Run::cpuSecondsPerGigabyte)),
        row.figures(Run::peakMegabytes).text(0));
  }

  private static String line(TrainRow row) {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %s | %s | %s |",
        row.condition(),
        row.way().title(),
        row.rates().text(0),
        figures(row.runs().stream().map(Run::startSeconds).toList()).text(2),
        cpu(figures(row.runs().stream().map(Run::cpuSecondsPerGigabyte).toList())),
        figures(row.runs().stream().map(Run::peakMegabytes).toList()).text(0));
  }

  private static String cpu(Figures figures) {
    return figures.text(figures.median() < 100 ? 2 : 0);
  }

  private static int decimals(double rate) {
    return rate < 10 ? 2 : rate < 100 ? 1 : 0;
  }

  private static Figures figures(List<Double> values) {
    return new Figures(values);
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value);
  }

  ObjectNode json() {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("benchmark", "pipe");
    all.put("machine", machine);
    all.put("rounds", rounds);
    all.put("complete", complete);
    all.put("verified", verified);
    ObjectNode gib = all.putObject("volume");
    gib.put("gib", volume.gib());
    gib.put("peerGib", volume.peerGib());
    gib.put("peerObjects", volume.peerObjects());
    gib.put("trainGib", volume.trainGib());
    ObjectNode contenders = all.putObject("contenders");
    versions.forEach((name, version) -> contenders.put(name, version.orElse("not installed")));
    ArrayNode rows = all.putArray("rows");
    results
        .rows()
        .forEach(
            row -> {
              ObjectNode node = rows.addObject();
              node.put("condition", row.cell().condition().toString());
              node.put("objects", row.cell().set().option());
              node.put("contender", row.contender().name());
              figures(node, row.runs());
            });
    ArrayNode training = all.putArray("training");
    results
        .trainRows()
        .forEach(
            row -> {
              ObjectNode node = training.addObject();
              node.put("condition", row.condition().toString());
              node.put("way", row.way().title());
              figures(node, row.runs());
            });
    ArrayNode targets = all.putArray("targets");
    for (Target target : Target.of(results)) {
      ObjectNode node = targets.addObject();
      node.put("figure", target.figure());
      node.put(target.atLeast() ? "atLeast" : "atMost", target.bound());
      target.measured().ifPresent(value -> node.put("measured", value));
      target.met().ifPresent(met -> node.put("met", met));
      node.put("with", target.with());
    }
    return all;
  }

  private static void figures(ObjectNode node, List<Run> runs) {
    node.put("bytes", runs.get(0).bytes());
    node.set("megabytesPerSecond", each(runs, Run::megabytesPerSecond));
    node.set("megabytesPerSecondWithStart", each(runs, Run::megabytesPerSecondWithStart));
    node.set("startSeconds", each(runs, Run::startSeconds));
    node.set("cpuSecondsPerGigabyte", each(runs, Run::cpuSecondsPerGigabyte));
    node.set("peakMegabytes", each(runs, Run::peakMegabytes));
  }

  private static ObjectNode each(List<Run> runs, ToDoubleFunction<Run> figure) {
    return figures(runs.stream().map(figure::applyAsDouble).toList()).json();
  }
}
