package org.apache.hadoop.shaded.org.fusesource.leveldbjni;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.shaded.org.fusesource.leveldbjni.internal.NativeDB;
import org.apache.hadoop.shaded.org.iq80.leveldb.DB;
import org.apache.hadoop.shaded.org.iq80.leveldb.DBException;
import org.apache.hadoop.shaded.org.iq80.leveldb.DBIterator;
import org.apache.hadoop.shaded.org.iq80.leveldb.ReadOptions;
import org.apache.hadoop.shaded.org.iq80.leveldb.WriteBatch;

/** One database, which stays when it is closed. */
final class MemoryDatabase {
  private final File path;
  private final ConcurrentNavigableMap<byte[], byte[]> content =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
  private final AtomicBoolean taken = new AtomicBoolean();

  MemoryDatabase(File path) {
    this.path = path;
  }

  /**
   * @throws IOException when somebody has it open
   */
  DB open() throws IOException {
    if (!taken.compareAndSet(false, true)) {
      throw new NativeDB.DBException(path + " is open already", false);
    }
    return new Opened();
  }

  /** What one who opened it may do until it is closed. */
  private final class Opened implements DB {
    private volatile boolean closed;

    private Map<byte[], byte[]> content() {
      if (closed) {
        throw new DBException(path + " is closed");
      }
      return content;
    }

    @Override
    public byte[] get(byte[] key) {
      return content().get(key);
    }

    @Override
    public void put(byte[] key, byte[] value) {
      content().put(key, value);
    }

    @Override
    public void delete(byte[] key) {
      content().remove(key);
    }

    @Override
    public WriteBatch createWriteBatch() {
      return new Batch();
    }

    @Override
    public void write(WriteBatch batch) {
      ((Batch) batch).changes.forEach(change -> change.make(content()));
    }

    @Override
    public DBIterator iterator() {
      content();
      return new Cursor(content);
    }

    @Override
    public DBIterator iterator(ReadOptions options) {
      return iterator();
    }

    @Override
    public void compactRange(byte[] begin, byte[] end) {}

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        taken.set(false);
      }
    }
  }

  private interface Change {
    void make(Map<byte[], byte[]> content);
  }

  private static final class Batch implements WriteBatch {
    private final List<Change> changes = new ArrayList<>();

    @Override
    public WriteBatch put(byte[] key, byte[] value) {
      changes.add(content -> content.put(key, value));
      return this;
    }

    @Override
    public WriteBatch delete(byte[] key) {
      changes.add(content -> content.remove(key));
      return this;
    }

    @Override
    public void close() {}
  }

  /** Stands before its next entry, or behind all. */
  private static final class Cursor implements DBIterator {
    private final ConcurrentNavigableMap<byte[], byte[]> content;
    private Map.Entry<byte[], byte[]> next;

    Cursor(ConcurrentNavigableMap<byte[], byte[]> content) {
      this.content = content;
      this.next = content.firstEntry();
    }

    private static Map.Entry<byte[], byte[]> some(Map.Entry<byte[], byte[]> entry) {
      if (entry == null) {
        throw new NoSuchElementException();
      }
      return entry;
    }

    private Map.Entry<byte[], byte[]> before() {
      return next == null ? content.lastEntry() : content.lowerEntry(next.getKey());
    }

    @Override
    public void seek(byte[] key) {
      next = content.ceilingEntry(key);
    }

    @Override
    public void seekToFirst() {
      next = content.firstEntry();
    }

    @Override
    public void seekToLast() {
      next = content.lastEntry();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Map.Entry<byte[], byte[]> peekNext() {
      return some(next);
    }

    @Override
    public Map.Entry<byte[], byte[]> next() {
      Map.Entry<byte[], byte[]> entry = some(next);
      next = content.higherEntry(entry.getKey());
      return entry;
    }

    @Override
    public boolean hasPrev() {
      return before() != null;
    }

    @Override
    public Map.Entry<byte[], byte[]> peekPrev() {
      return some(before());
    }

    @Override
    public Map.Entry<byte[], byte[]> prev() {
      next = some(before());
      return next;
    }

    @Override
    public void close() {}
  }
}
