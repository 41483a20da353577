package dev.heddle.am.launch;

import org.apache.hadoop.conf.Configuration;

/** Properties of Hadoop's that the cluster's own files don't set. */
public final class HadoopDefaults {
  private HadoopDefaults() {}

  /** Whether it has the value, if any, that Hadoop comes with. */
  public static boolean holds(Configuration conf, String key) {
    String[] sources = conf.getPropertySources(key);
    return sources == null || sources.length == 0 || sources[0].endsWith("-default.xml");
  }

  /** Sets it unless the cluster's files do. */
  public static void replace(Configuration conf, String key, String value) {
    if (holds(conf, key)) {
      conf.set(key, value);
    }
  }
}
