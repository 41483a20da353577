package dev.heddle.client.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.am.launch.Staging;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.Json;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** What lies in one job's staging directory; every read sees the files as they are now. */
public final class StagedJob {
  /** More time than a healthy submission needs between the claim of a name and its application. */
  public static final Duration SUBMISSION = Duration.ofMinutes(2);

  private final FileSystem files;
  private final Staging staging;
  private final String name;

  StagedJob(FileSystem files, Path directory, String name) {
    this.files = files;
    // A local file system keeps checksums in files beside, which a replaced file and its reader can
    // find out of step.
    files.setVerifyChecksum(false);
    this.staging = new Staging(directory);
    this.name = name;
  }

  public String name() {
    return name;
  }

  public FileSystem files() {
    return files;
  }

  public Staging staging() {
    return staging;
  }

  /** When the name was claimed; empty when it is free. */
  public Optional<Instant> claimed() throws IOException {
    try {
      return Optional.of(
          Instant.ofEpochMilli(files.getFileStatus(staging.request()).getModificationTime()));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** The CreateTrainingJob request; empty while there is none, or only half of it. */
  public Optional<ObjectNode> request() throws IOException {
    return object(staging.request());
  }

  /** The YARN application's id; empty when none was made. */
  public Optional<String> applicationId() throws IOException {
    return text(staging.application()).map(String::strip).filter(id -> !id.isEmpty());
  }

  /** What the ApplicationMaster last recorded. */
  public Optional<JobRecord> record() throws IOException {
    return object(staging.record()).map(JobRecord::new);
  }

  /** The settings the job was submitted with. */
  public Optional<Settings> settings() throws IOException {
    return object(staging.settings())
        .map(
            json -> {
              Map<String, String> values = new TreeMap<>();
              json.properties().forEach(e -> values.put(e.getKey(), e.getValue().asText()));
              return new Settings(values);
            });
  }

  /**
   * The secret that this job's RPC tokens are made of.
   *
   * @throws IOException when it can't be read, as by another user
   */
  public byte[] secret() throws IOException {
    String text =
        text(staging.secret())
            .orElseThrow(() -> new FileNotFoundException("no secret in " + staging.directory()));
    return HexFormat.of().parseHex(text.strip());
  }

  private Optional<ObjectNode> object(Path path) throws IOException {
    Optional<String> text = text(path);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      JsonNode json = Json.read(text.get());
      return json instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // being written at this moment
    }
  }

  private Optional<String> text(Path path) throws IOException {
    try (FSDataInputStream in = files.open(path)) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }
}
