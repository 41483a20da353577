package dev.heddle.containerlauncher.runtime;

/**
 * How an algorithm ended.
 *
 * @param code 0 to 255; 128 plus the signal's number when a signal ended it
 * @param remark what is to be known of the end beside, one clause; empty for nothing
 */
public record AlgorithmStatus(int code, String remark) {
  public AlgorithmStatus(int code) {
    this(code, "");
  }

  /** The signal that the code stands for; 0 when it stands for none. */
  public int signal() {
    return code > 128 && code <= 128 + 64 ? code - 128 : 0;
  }
}
