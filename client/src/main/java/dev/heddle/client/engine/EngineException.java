package dev.heddle.client.engine;

import java.io.IOException;

/**
 * The engine refuses, or can't be asked; the message is the engine's own or about the way to it.
 */
public final class EngineException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean refused;

  /**
   * @param refused whether it has answered, and an answer won't change by asking again
   */
  public EngineException(boolean refused, String message, Throwable cause) {
    super(message, cause);
    this.refused = refused;
  }

  /** Whether it has answered. */
  public boolean refused() {
    return refused;
  }
}
