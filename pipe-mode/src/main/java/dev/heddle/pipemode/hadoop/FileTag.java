package dev.heddle.pipemode.hadoop;

import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;

/** What stands for S3's entity tag: how one file is told from the one that replaced it. */
final class FileTag {
  private FileTag() {}

  /** The file system's own tag where it has one, else the time of change and the length. */
  static String of(FileStatus file) {
    String own = own(file);
    return own.isEmpty() ? byTime(file) : own;
  }

  /**
   * Whether a file is still the one that had that tag. Some file systems tell their tags only when
   * asked for a single file, so that a listing had to do without.
   */
  static boolean matches(String tag, FileStatus file) {
    return tag.equals(own(file)) || tag.equals(byTime(file));
  }

  private static String byTime(FileStatus file) {
    return quoted(file.getModificationTime() + "-" + file.getLen());
  }

  private static String own(FileStatus file) {
    String tag = file instanceof EtagSource source ? source.getEtag() : null;
    return tag == null || tag.isEmpty() ? "" : tag.startsWith("\"") ? tag : quoted(tag);
  }

  private static String quoted(String tag) {
    return "\"" + tag + "\"";
  }
}
