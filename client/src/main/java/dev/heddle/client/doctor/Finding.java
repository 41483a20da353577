package dev.heddle.client.doctor;

import java.util.List;

/**
 * What one check has found.
 *
 * @param check its name, such as {@code docker-network}; never changes, because programs read it
 * @param message one sentence or several
 * @param remedies what to change, in the administrator's words; empty where nothing is to be done
 */
public record Finding(String check, Status status, String message, List<String> remedies) {

  /** How it stands. */
  public enum Status {
    OK,
    /** Jobs run, and something about them is not as it should be. */
    WARNING,
    /** Jobs don't run, or lose something. */
    FAULT,
    /** Was not looked at; the message says why. */
    SKIPPED
  }

  public Finding {
    remedies = List.copyOf(remedies);
  }
}
