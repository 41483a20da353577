package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.Fault;

/** A fault that ends the attempt, with the sentence for the user. */
public final class FaultException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  public FaultException(Fault.Blame blame, String message) {
    this(blame, message, null);
  }

  public FaultException(Fault.Blame blame, String message, Throwable cause) {
    super(message, cause);
    this.fault = new Fault(blame, message);
  }

  public FaultException(Fault fault) {
    super(fault.message());
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }
}
