package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.job.SecondaryStatus;
import java.time.Instant;

/** One of DescribeTrainingJob's SecondaryStatusTransitions; it lasts until the next one starts. */
public record Transition(SecondaryStatus status, Instant start, String message) {}
