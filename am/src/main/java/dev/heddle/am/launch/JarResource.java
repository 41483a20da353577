package dev.heddle.am.launch;

import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.LocalResourceType;
import org.apache.hadoop.yarn.api.records.LocalResourceVisibility;
import org.apache.hadoop.yarn.api.records.URL;

/**
 * Heddle's uploaded jar, as every container of the job localizes it.
 *
 * @param uri where it lies, with scheme and authority
 * @param size bytes
 * @param timestamp its modification time, milliseconds since the epoch: a NodeManager refuses a
 *     resource that has changed since
 * @param shared whether every user may read it, so that a node keeps one copy for all
 */
public record JarResource(String uri, long size, long timestamp, boolean shared) {

  /** The value of the ApplicationMaster's {@code --jar} argument. */
  public String toText() {
    return (shared ? "PUBLIC" : "APPLICATION") + "," + size + "," + timestamp + "," + uri;
  }

  /**
   * @throws IllegalArgumentException when the text isn't what {@link #toText} wrote
   */
  public static JarResource parse(String text) {
    String[] fields = text.split(",", 4);
    if (fields.length != 4 || !List.of("PUBLIC", "APPLICATION").contains(fields[0])) {
      throw new IllegalArgumentException("not a jar resource: " + text);
    }
    return new JarResource(
        fields[3],
        Long.parseLong(fields[1]),
        Long.parseLong(fields[2]),
        fields[0].equals("PUBLIC"));
  }

  public LocalResource toLocalResource() {
    return LocalResource.newInstance(
        URL.fromPath(new Path(uri)),
        LocalResourceType.FILE,
        shared ? LocalResourceVisibility.PUBLIC : LocalResourceVisibility.APPLICATION,
        size,
        timestamp);
  }
}
