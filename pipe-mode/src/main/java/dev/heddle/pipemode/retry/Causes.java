package dev.heddle.pipemode.retry;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;

/** What lies behind a failure. */
public final class Causes {
  private static final int DEEPEST = 20;

  private Causes() {}

  /** The failure itself or the first of its causes that is of a type; null when there is none. */
  public static <T extends Throwable> T find(Throwable failure, Class<T> type) {
    Throwable each = failure;
    for (int depth = 0; each != null && depth < DEEPEST; depth++) {
      if (type.isInstance(each)) {
        return type.cast(each);
      }
      each = each.getCause();
    }
    return null;
  }

  /** Whether the calling thread was interrupted in the call that failed so. */
  public static boolean interrupted(Throwable failure) {
    if (Thread.currentThread().isInterrupted()
        || find(failure, ClosedByInterruptException.class) != null
        || find(failure, InterruptedException.class) != null) {
      return true;
    }
    InterruptedIOException io = find(failure, InterruptedIOException.class);
    return io != null && !(io instanceof SocketTimeoutException);
  }
}
