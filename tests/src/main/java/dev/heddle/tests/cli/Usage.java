package dev.heddle.tests.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Options of the form {@code --name value} and flags of the form {@code --name}. */
public final class Usage {
  private final Map<String, String> values;

  private Usage(Map<String, String> values) {
    this.values = values;
  }

  /** What the user typed can't be understood; the message is one sentence. */
  public static final class WrongUsage extends Exception {
    private static final long serialVersionUID = 1L;

    public WrongUsage(String message) {
      super(message);
    }
  }

  /**
   * @param known with value; {@code --help} is always known
   */
  public static Usage parse(List<String> arguments, Set<String> known) throws WrongUsage {
    return parse(arguments, known, Set.of());
  }

  /**
   * @param known with value
   * @param flags without; {@code --help} is always known
   */
  public static Usage parse(List<String> arguments, Set<String> known, Set<String> flags)
      throws WrongUsage {
    Map<String, String> values = new HashMap<>();
    Deque<String> rest = new ArrayDeque<>(arguments);
    while (!rest.isEmpty()) {
      String argument = rest.pop();
      if (argument.equals("--help") || argument.equals("-h")) {
        values.put("--help", "");
        continue;
      }
      if (flags.contains(argument)) {
        values.put(argument, "");
        continue;
      }
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (!known.contains(name)) {
        throw new WrongUsage("unknown option '" + argument + "'; --help lists what there is");
      }
      if (equals >= 0) {
        values.put(name, argument.substring(equals + 1));
      } else if (rest.isEmpty()) {
        throw new WrongUsage(name + " needs a value");
      } else {
        values.put(name, rest.pop());
      }
    }
    return new Usage(values);
  }

  public boolean help() {
    return values.containsKey("--help");
  }

  /** Whether the flag, or the option, was given. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  public Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  public int whole(String name, int preset, int min, int max) throws WrongUsage {
    String value = values.get(name);
    if (value == null) {
      return preset;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the bounds.
    }
    throw new WrongUsage(
        name + " '" + value + "' must be a whole number from " + min + " to " + max);
  }

  /** A number that needn't be whole. */
  public double number(String name, double preset, double min, double max) throws WrongUsage {
    String value = values.get(name);
    if (value == null) {
      return preset;
    }
    try {
      double number = Double.parseDouble(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the bounds.
    }
    throw new WrongUsage(name + " '" + value + "' must be a number from " + min + " to " + max);
  }
}
