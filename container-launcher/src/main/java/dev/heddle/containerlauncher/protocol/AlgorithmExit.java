package dev.heddle.containerlauncher.protocol;

import dev.heddle.pipemode.TreeSize;

/**
 * How one host's algorithm ended, and what it left.
 *
 * @param code the exit code, 0 to 255; 128 plus the signal's number when a signal ended it
 * @param stopped whether the agent had sent it TERM or KILL by order
 * @param failureText the first 1024 characters of {@code /opt/ml/output/failure}; empty without one
 * @param remark what is known of the cause beside, one clause; empty for nothing
 * @param killed whether a SIGKILL ended it that neither an order nor a known limit explains
 * @param model what {@code /opt/ml/model} holds
 * @param output what {@code /opt/ml/output/data} holds
 */
public record AlgorithmExit(
    int code,
    boolean stopped,
    String failureText,
    String remark,
    boolean killed,
    TreeSize model,
    TreeSize output) {

  /**
   * The same with one clause more.
   *
   * @param clause empty for nothing
   */
  public AlgorithmExit withRemark(String clause) {
    String all = remark.isEmpty() || clause.isEmpty() ? remark + clause : remark + "; " + clause;
    return new AlgorithmExit(code, stopped, failureText, all, killed, model, output);
  }
}
