package dev.heddle.containerlauncher.runtime;

import java.util.List;

/**
 * What to run, in the words of AlgorithmSpecification.
 *
 * @param image TrainingImage
 * @param entrypoint ContainerEntrypoint; empty where the request has none
 * @param arguments ContainerArguments; empty where the request has none
 */
public record AlgorithmCommand(String image, List<String> entrypoint, List<String> arguments) {
  public AlgorithmCommand {
    entrypoint = List.copyOf(entrypoint);
    arguments = List.copyOf(arguments);
  }
}
