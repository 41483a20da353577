package dev.heddle.client.command;

import org.apache.commons.cli.Option;

/** Options as the commands declare them. */
final class Flags {
  private Flags() {}

  static Option flag(String name, String description) {
    return Option.builder().longOpt(name).desc(description).get();
  }

  static Option value(String name, String argument, String description) {
    return Option.builder().longOpt(name).hasArg().argName(argument).desc(description).get();
  }

  static Option required(String name, String argument, String description) {
    return Option.builder()
        .longOpt(name)
        .hasArg()
        .argName(argument)
        .required()
        .desc(description)
        .get();
  }

  static Option values(String name, String argument, String description) {
    return Option.builder().longOpt(name).hasArgs().argName(argument).desc(description).get();
  }
}
