package dev.heddle.client;

import java.io.Closeable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/**
 * The signals by which a process is told to end, caught one by one: after the first one the JVM's
 * own shutdown hooks would never hear of a second. Java has that only in {@code sun.misc}, which is
 * exported for good but may not be named without a warning.
 */
final class EndSignals {
  private EndSignals() {}

  /** Runs the action at each until the result is closed. */
  static Closeable caught(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Method handle = signal.getMethod("handle", signal, handler);
      Object ours =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                  return null;
                }
                return method.getName().equals("equals")
                    ? (Object) (proxy == arguments[0])
                    : method.getName().equals("hashCode") ? (Object) 1 : "heddle's";
              });
      List<Restoring> restoring = new ArrayList<>();
      for (String name : List.of("INT", "TERM", "HUP")) {
        Object its = signal.getConstructor(String.class).newInstance(name);
        Object former = handle.invoke(null, its, ours);
        restoring.add(() -> handle.invoke(null, its, former));
      }
      return () -> {
        for (Restoring each : restoring) {
          restore(each);
        }
      };
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java doesn't let signals be caught", e);
    }
  }

  private interface Restoring {
    void run() throws ReflectiveOperationException;
  }

  private static void restore(Restoring one) {
    try {
      one.run();
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
