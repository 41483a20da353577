package dev.heddle.client.job;

import dev.heddle.client.session.CommandException;
import java.util.regex.Pattern;

/** The rule for a TrainingJobName (SageMaker API); a name that keeps it is safe as a file name. */
public final class JobName {
  private static final Pattern RULE = Pattern.compile("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}");
  private static final int LONGEST = 63;

  private JobName() {}

  public static boolean isValid(String name) {
    return name.length() <= LONGEST && RULE.matcher(name).matches();
  }

  /** Returns the name, or says that no job can have it. */
  public static String check(String name) throws CommandException {
    if (!isValid(name)) {
      throw CommandException.input(
          "'"
              + name
              + "' can't be a training job's name: 1 to 63 letters, digits and hyphens, a letter or"
              + " digit first and last");
    }
    return name;
  }
}
