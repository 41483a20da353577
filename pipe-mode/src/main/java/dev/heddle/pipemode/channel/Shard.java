package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.ObjectInfo;
import java.util.AbstractList;
import java.util.RandomAccess;

/** What one host gets of a channel in one epoch, in order; a view that keeps no objects itself. */
public final class Shard extends AbstractList<ObjectInfo> implements RandomAccess {
  private final ObjectTable table;
  // Empty when it is the listing's own order.
  private final int[] order;
  private final int first;
  private final int step;
  private final int size;
  private final long bytes;

  Shard(ObjectTable table, int[] order, int first, int step) {
    this.table = table;
    this.order = order;
    this.first = first;
    this.step = step;
    int all = table.size();
    size = first < all ? (all - first - 1) / step + 1 : 0;
    long sum = 0;
    for (int i = 0; i < size; i++) {
      sum += table.bytes(row(i));
    }
    bytes = sum;
  }

  private int row(int index) {
    int place = first + index * step;
    return order.length == 0 ? place : order[place];
  }

  @Override
  public ObjectInfo get(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException(index);
    }
    return table.get(row(index));
  }

  @Override
  public int size() {
    return size;
  }

  /** The sum of the objects' sizes. */
  public long bytes() {
    return bytes;
  }

  String key(int index) {
    return table.key(row(index));
  }

  long bytes(int index) {
    return table.bytes(row(index));
  }
}
