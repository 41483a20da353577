package org.apache.hadoop.shaded.org.iq80.leveldb;

/** How a {@link DB} is read; there is nothing to choose. */
public final class ReadOptions {}
