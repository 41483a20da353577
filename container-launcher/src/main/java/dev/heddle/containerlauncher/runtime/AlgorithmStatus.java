package dev.heddle.containerlauncher.runtime;

/**
 * How an algorithm ended.
 *
 * @param code 0 to 255; 128 plus the signal's number when a signal ended it
 */
public record AlgorithmStatus(int code) {

  /** The signal that the code stands for; 0 when it stands for none. */
  public int signal() {
    return code > 128 && code <= 128 + 64 ? code - 128 : 0;
  }
}
