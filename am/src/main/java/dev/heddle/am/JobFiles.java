package dev.heddle.am;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.am.launch.ClientConfiguration;
import dev.heddle.am.launch.Staging;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A job as its run finds it, in the staging directory.
 *
 * @param requestJson the CreateTrainingJob request as text
 */
record JobFiles(Staging staging, FileSystem fileSystem, String requestJson, Settings settings) {

  /**
   * Reads them, and lays the client's configuration over the node's.
   *
   * @param hadoop is added to
   * @throws IOException when a file is missing or can't be read
   */
  static JobFiles read(Path directory, Configuration hadoop) throws IOException {
    Staging staging = new Staging(directory);
    FileSystem files = directory.getFileSystem(hadoop);
    try (InputStream in = files.open(staging.hadoopConf())) {
      ClientConfiguration.addTo(hadoop, in);
    }
    Map<String, String> settings = new TreeMap<>();
    Json.read(text(files, staging.settings()))
        .properties()
        .forEach(entry -> settings.put(entry.getKey(), entry.getValue().asText()));
    return new JobFiles(staging, files, text(files, staging.request()), new Settings(settings));
  }

  /**
   * What stands nowhere but in this process.
   *
   * @param directory for what the job's run leaves there
   */
  static JobFiles of(Path directory, String requestJson, Settings settings, Configuration hadoop)
      throws IOException {
    return new JobFiles(
        new Staging(directory), directory.getFileSystem(hadoop), requestJson, settings);
  }

  JsonNode request() {
    return Json.read(requestJson);
  }

  private static String text(FileSystem files, Path path) throws IOException {
    try (InputStream in = files.open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
