package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.job.TrainingJobRequest.MetricDefinition;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** One metric definition, applied to many lines at once; only the last value counts. */
final class MetricPattern {
  private static final Logger LOG = LogManager.getLogger(MetricPattern.class);

  /** Longer lines are cut. */
  static final int MAX_LINE = 64 * 1024;

  /** About a tenth of a second; an ordinary expression needs a few looks a character. */
  private static final long MAX_LOOKS = 20_000_000;

  /** So many lines may exhaust it before it is given up. */
  private static final int PATIENCE = 5;

  private final String name;
  private final Pattern pattern;
  private final String literal;
  private int exhausted;

  private MetricPattern(String name, Pattern pattern, String literal) {
    this.name = name;
    this.pattern = pattern;
    this.literal = literal;
  }

  /**
   * @return null for an expression that can never give a value; that is logged
   */
  static MetricPattern compile(MetricDefinition definition) {
    try {
      Pattern pattern = Pattern.compile(definition.regex());
      if (pattern.matcher("").groupCount() == 0) {
        LOG.warn(
            "metric '{}': its expression has no group to take a value from", definition.name());
        return null;
      }
      return new MetricPattern(definition.name(), pattern, RequiredLiteral.of(definition.regex()));
    } catch (PatternSyntaxException e) {
      LOG.warn("metric '{}': not an expression: {}", definition.name(), e.getDescription());
      return null;
    }
  }

  String name() {
    return name;
  }

  /**
   * The last value in a text of whole lines. It is searched from the end: earlier ones don't count.
   *
   * @param lines separated by line feeds
   */
  OptionalDouble last(String lines) {
    BoundedText text = new BoundedText(lines);
    Matcher matcher = pattern.matcher(text);
    int from = lines.length() - 1;
    while (from >= 0 && exhausted < PATIENCE) {
      int hit = literal.isEmpty() ? from : lines.lastIndexOf(literal, from);
      if (hit < 0) {
        break;
      }
      int start = lines.lastIndexOf('\n', hit - 1) + 1;
      int end = lines.indexOf('\n', hit);
      end = end < 0 ? lines.length() : end;
      OptionalDouble value = inLine(matcher, text, start, Math.min(end, start + MAX_LINE));
      if (value.isPresent()) {
        return value;
      }
      from = start - 1;
    }
    return OptionalDouble.empty();
  }

  private OptionalDouble inLine(Matcher matcher, BoundedText text, int start, int end) {
    OptionalDouble last = OptionalDouble.empty();
    text.allow(MAX_LOOKS);
    try {
      matcher.region(start, end);
      while (matcher.find()) {
        OptionalDouble value = parse(matcher.group(1));
        last = value.isPresent() ? value : last;
      }
    } catch (BoundedText.Exhausted | StackOverflowError e) {
      exhausted++;
      LOG.warn(
          "metric '{}': its expression takes too long on a line{}",
          name,
          exhausted < PATIENCE ? "" : "; it is given up");
    }
    return last;
  }

  private static OptionalDouble parse(String group) {
    try {
      double value = Double.parseDouble(group == null ? "" : group);
      return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }
}
