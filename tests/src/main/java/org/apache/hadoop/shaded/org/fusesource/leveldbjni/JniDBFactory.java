package org.apache.hadoop.shaded.org.fusesource.leveldbjni;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.shaded.org.fusesource.leveldbjni.internal.NativeDB;
import org.apache.hadoop.shaded.org.iq80.leveldb.DB;
import org.apache.hadoop.shaded.org.iq80.leveldb.Options;

/** Opens databases by their paths. Each is there as long as this JVM, and opened once at a time. */
public final class JniDBFactory {
  public static final JniDBFactory factory = new JniDBFactory();

  private final Map<File, MemoryDatabase> databases = new ConcurrentHashMap<>();

  private JniDBFactory() {}

  /**
   * @throws IOException when there is none, and none is to be made, or it is open
   */
  public DB open(File path, Options options) throws IOException {
    if (!options.createIfMissing() && !databases.containsKey(path)) {
      throw new NativeDB.DBException(path + " does not exist", true);
    }
    return databases.computeIfAbsent(path, MemoryDatabase::new).open();
  }

  public static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  public static String asString(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }
}
