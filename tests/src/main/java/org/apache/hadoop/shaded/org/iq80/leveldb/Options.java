package org.apache.hadoop.shaded.org.iq80.leveldb;

/** How a {@link DB} is opened. */
public final class Options {
  private boolean create = true;

  public Options createIfMissing(boolean wanted) {
    create = wanted;
    return this;
  }

  public boolean createIfMissing() {
    return create;
  }
}
