package dev.heddle.tests.chaos;

import java.util.Map;

/** How the data comes, and how long a job is with it: about as long in both. */
enum Mode {
  FILE("File", 400, 20, 40),
  /** Each step reads and adds up an epoch, which takes 100 ms where nothing else runs. */
  PIPE("Pipe", 140, 7, 20);

  private final String words;
  private final int steps;
  private final int interval;
  private final int stepMillis;

  Mode(String words, int steps, int interval, int stepMillis) {
    this.words = words;
    this.steps = steps;
    this.interval = interval;
    this.stepMillis = stepMillis;
  }

  /** As the request has it. */
  String words() {
    return words;
  }

  int steps() {
    return steps;
  }

  /** Steps from checkpoint to checkpoint. */
  int interval() {
    return interval;
  }

  /** The least that a step takes. */
  int stepMillis() {
    return stepMillis;
  }

  /** The sample's. */
  Map<String, String> hyperparameters() {
    return Map.of(
        "steps", Integer.toString(steps),
        "step_millis", Integer.toString(stepMillis),
        "checkpoint_interval", Integer.toString(interval));
  }
}
