package dev.heddle.client.job;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The directory that holds one staging directory for each of the user's jobs.
 *
 * @param root qualified with scheme and authority
 */
public record StagingArea(FileSystem files, Path root) {

  /** The place that {@code heddle.staging-dir} names, else {@code .heddle} in the user's home. */
  public static StagingArea of(Configuration hadoop, Settings settings) throws IOException {
    Optional<String> configured = settings.text(Setting.STAGING_DIR);
    if (configured.isPresent()) {
      Path path = new Path(configured.get());
      FileSystem files = path.getFileSystem(hadoop);
      return new StagingArea(files, files.makeQualified(path));
    }
    FileSystem files = FileSystem.get(hadoop);
    return new StagingArea(
        files, files.makeQualified(new Path(files.getHomeDirectory(), ".heddle")));
  }

  /** The job's staging directory, whether it exists or not. */
  public StagedJob job(String name) {
    return new StagedJob(files, new Path(root, name), name);
  }

  /** The names of all jobs, in no order. */
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try {
      for (FileStatus status : files.listStatus(root)) {
        String name = status.getPath().getName();
        if (status.isDirectory() && JobName.isValid(name)) {
          names.add(name);
        }
      }
    } catch (FileNotFoundException e) {
      return List.of(); // no job was ever submitted
    }
    return names;
  }
}
