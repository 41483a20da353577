package org.apache.hadoop.shaded.org.fusesource.leveldbjni.internal;

import java.io.IOException;

/** Has the exception that says that there is no database yet. */
public final class NativeDB {
  private NativeDB() {}

  /** A database can't be opened. */
  public static final class DBException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean notFound;

    public DBException(String message, boolean notFound) {
      super(message);
      this.notFound = notFound;
    }

    public boolean isNotFound() {
      return notFound;
    }
  }
}
