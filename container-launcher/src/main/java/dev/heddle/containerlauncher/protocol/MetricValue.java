package dev.heddle.containerlauncher.protocol;

import java.time.Instant;

/**
 * The latest value that a metric definition's regular expression found in one host's log.
 *
 * @param name the MetricDefinition's name
 * @param time when the agent read the line
 */
public record MetricValue(String name, double value, Instant time) {}
