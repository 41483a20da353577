package dev.heddle.am.yarn;

import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.Priority;

/**
 * What is asked of the ResourceManager, the most urgent first. AMRMClient keeps one kind of request
 * a priority.
 */
enum Ask {
  /** An agent, on the node of its host's algorithm container. */
  AGENT(1),
  /**
   * An algorithm container once more, on the node of its agent. Before hosts: the node must stay
   * open for it, and what it has room for would be given out as a host, again and again.
   */
  AGAIN(2),
  /** A host: the only container it has, or its algorithm container. */
  HOST(3);

  private final int number;

  Ask(int number) {
    this.number = number;
  }

  Priority priority() {
    return Priority.newInstance(number);
  }

  /** What the container was asked for as. */
  static Ask of(Container container) {
    for (Ask ask : values()) {
      if (ask.number == container.getPriority().getPriority()) {
        return ask;
      }
    }
    return HOST;
  }
}
