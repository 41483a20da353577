package org.apache.hadoop.shaded.org.iq80.leveldb;

/** A {@link DB} can't do what it was asked to. */
public class DBException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DBException(String message) {
    super(message);
  }

  public DBException(String message, Throwable cause) {
    super(message, cause);
  }
}
