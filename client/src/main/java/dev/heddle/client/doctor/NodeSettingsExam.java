package dev.heddle.client.doctor;

import dev.heddle.client.cluster.Cluster.Member;
import dev.heddle.client.session.Causes;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.conf.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/** Whether the NodeManagers' own settings are what jobs need, as their web servers tell them. */
final class NodeSettingsExam {
  private static final String CHECK = "node-settings";
  private static final int MOST_NODES = 100;
  private static final String RUNTIMES = "yarn.nodemanager.runtime.linux.allowed-runtimes";

  private final Session session;
  private final boolean dockerWanted;
  private final Chart chart;
  // Made once: two rules are the same only when they are one.
  private final List<NodeRule> dockerRules;
  private final List<NodeRule> processRules;

  /**
   * @param dockerWanted whether nodes without a Docker runtime are at fault
   */
  NodeSettingsExam(Session session, Settings settings, boolean dockerWanted, Chart chart) {
    this.session = session;
    this.dockerWanted = dockerWanted;
    this.chart = chart;
    this.dockerRules = joined(NodeRule.always(), NodeRule.docker(settings));
    this.processRules = joined(NodeRule.always(), NodeRule.processes());
  }

  void look() throws IOException, InterruptedException {
    List<Member> nodes =
        session.cluster().members().stream()
            .filter(member -> member.state().equals("RUNNING") && !member.web().isEmpty())
            .toList();
    Map<String, Map<String, String>> read = new LinkedHashMap<>();
    List<String> silent = read(nodes.subList(0, Math.min(nodes.size(), MOST_NODES)), read);
    if (read.isEmpty()) {
      if (!silent.isEmpty()) {
        chart.skipped(CHECK, "no NodeManager tells its settings: " + silent.get(0));
      }
      return;
    }
    Map<NodeRule, List<String>> broken = new LinkedHashMap<>();
    read.forEach(
        (node, properties) -> {
          for (NodeRule rule : rules(properties)) {
            if (!rule.holds().test(properties.getOrDefault(rule.property(), ""))) {
              broken.computeIfAbsent(rule, key -> new ArrayList<>()).add(node);
            }
          }
        });
    broken.forEach((rule, where) -> tell(rule, where, read));
    if (broken.isEmpty()) {
      chart.ok(
          CHECK,
          "yarn-site.xml is right on "
              + Texts.count(read.size(), "node")
              + (silent.isEmpty() ? "" : "; " + silent.size() + " would not tell"));
    }
  }

  /** Fills the settings by node, and returns why some are missing. */
  private List<String> read(List<Member> nodes, Map<String, Map<String, String>> into)
      throws InterruptedException {
    Map<String, Future<Map<String, String>>> asked = new LinkedHashMap<>();
    for (Member node : nodes) {
      asked.put(
          node.name(),
          session.inBackground(() -> session.world().nodeSettings(session.hadoop(), node.web())));
    }
    List<String> silent = new ArrayList<>();
    for (Map.Entry<String, Future<Map<String, String>>> each : asked.entrySet()) {
      try {
        into.put(each.getKey(), Session.await(each.getValue()));
      } catch (IOException | CommandException e) {
        silent.add(each.getKey() + ": " + Causes.sentence(e));
      }
    }
    return silent;
  }

  private static List<NodeRule> joined(List<NodeRule> some, List<NodeRule> more) {
    List<NodeRule> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private List<NodeRule> rules(Map<String, String> properties) {
    boolean docker =
        dockerWanted
            || Arrays.asList(properties.getOrDefault(RUNTIMES, "").split("\\s*,\\s*"))
                .contains("docker");
    return docker ? dockerRules : processRules;
  }

  private void tell(NodeRule rule, List<String> nodes, Map<String, Map<String, String>> read) {
    String value = read.get(nodes.get(0)).getOrDefault(rule.property(), "");
    String where = Texts.nodes(nodes, read.size());
    chart.add(
        new Finding(
            rule.check(),
            rule.severity(),
            where
                + ": "
                + rule.property()
                + " is "
                + (value.isEmpty() ? "empty" : "'" + value + "'")
                + ": "
                + rule.why(),
            List.of(
                "yarn-site.xml of "
                    + where
                    + ": "
                    + rule.property()
                    + " = "
                    + rule.wanted()
                    + "; then restart the NodeManager")));
  }
}
