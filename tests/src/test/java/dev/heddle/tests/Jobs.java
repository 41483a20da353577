package dev.heddle.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import dev.heddle.tests.embedded.JobFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.awaitility.Awaitility;

/** What a user does with training jobs, through the client's own command line. */
public final class Jobs {
  private static final String BUCKET = "tests";
  private static final Duration COMMAND_PATIENCE = Duration.ofMinutes(5);
  private static final Set<String> ENDED = Set.of("Completed", "Failed", "Stopped");

  private final EmbeddedCluster cluster;
  private final HeddleClient client;
  private final Path scratch;
  private final ObjectMapper json = new ObjectMapper();

  Jobs(EmbeddedCluster cluster, Path jar) {
    this.cluster = cluster;
    this.client = HeddleClient.of(cluster, jar);
    // Below the cluster's directory, so that it goes with it.
    this.scratch = cluster.directory().resolve("test-files");
    cluster.s3().createBucket(BUCKET);
  }

  /** What a command printed, and how it ended. */
  public record Outcome(int code, String out, String err) {}

  /** An image of the process runtime whose {@code train} is this shell script. */
  public Path image(String name, String script) throws IOException {
    Path image = Files.createDirectories(scratch.resolve("images").resolve(name));
    Path train = Files.writeString(image.resolve("train"), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(train, PosixFilePermissions.fromString("rwxr-xr-x"));
    return image;
  }

  /** Puts an object into the tests' bucket and returns its URI. */
  public String put(String key, String content) {
    return put(key, content.getBytes(StandardCharsets.UTF_8));
  }

  /** The same for any bytes. */
  public String put(String key, byte[] content) {
    cluster.s3().put(BUCKET, key, content);
    return uri(key);
  }

  public String uri(String key) {
    return "s3://" + BUCKET + "/" + key;
  }

  /** The bytes of an object in the tests' bucket, by its URI. */
  public byte[] object(String uri) throws IOException {
    String key = uri.substring(("s3://" + BUCKET + "/").length());
    return cluster.s3().get(BUCKET, key).orElseThrow(() -> new IOException("no object " + uri));
  }

  /** A job whose output goes to the prefix {@code out/} of the tests' bucket. */
  public JobFile job(String name, Path image) {
    return JobFile.named(name, image.toUri(), uri("out"));
  }

  /** The same for an image by its name, such as Docker's {@code local/shell}. */
  public JobFile job(String name, String image) {
    return JobFile.named(name, image, uri("out"));
  }

  /** A path of the tests' own; it goes with the cluster. */
  public Path scratch(String name) {
    return scratch.resolve(name);
  }

  /** A text file of the tests' own. */
  public Path write(String name, String text) throws IOException {
    Files.createDirectories(scratch);
    return Files.writeString(scratch(name), text);
  }

  /** The names of the files in a {@code .tar.gz} of the tests' bucket, sorted. */
  public List<String> members(String key) throws IOException {
    return List.copyOf(contents(key).keySet());
  }

  /** The text files in a {@code .tar.gz} of the tests' bucket by their names, sorted. */
  public SortedMap<String, String> contents(String key) throws IOException {
    byte[] archive = object(uri(key));
    SortedMap<String, String> contents = new TreeMap<>();
    try (TarArchiveInputStream members =
        new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(archive)))) {
      for (TarArchiveEntry member = members.getNextEntry();
          member != null;
          member = members.getNextEntry()) {
        if (!member.isDirectory()) {
          contents.put(
              member.getName().replaceFirst("^\\./", ""),
              new String(members.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
    return contents;
  }

  /** The keys below a prefix of the tests' bucket, as soon as there are so many. */
  public List<String> awaitKeys(String prefix, int count) {
    return Awaitility.await("objects below " + prefix)
        .atMost(Duration.ofSeconds(30))
        .until(() -> cluster.s3().keys(BUCKET, prefix), keys -> keys.size() >= count);
  }

  /** Runs a command with its output to a file, and returns its exit code. */
  public int runTo(Path file, String... arguments) throws IOException, InterruptedException {
    return client.command(arguments).redirectOutput(file.toFile()).start().waitFor();
  }

  /** Runs a command of the client to its end. */
  public Outcome run(String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile(Files.createDirectories(scratch), "out", ".txt");
    Path err = Files.createTempFile(scratch, "err", ".txt");
    ProcessBuilder command =
        client.command(arguments).redirectOutput(out.toFile()).redirectError(err.toFile());
    // The barest locale there is: what works in it works in all.
    command.environment().put("LC_ALL", "C");
    Process process = command.start();
    if (!process.waitFor(COMMAND_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(
          Arrays.toString(arguments) + " did not end; it printed " + Files.readString(err));
    }
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** {@code heddle submit}, with further options. */
  public Outcome submit(JobFile job, String... options) throws IOException, InterruptedException {
    Path file = Files.createTempFile(Files.createDirectories(scratch), "job", ".json");
    Files.write(file, json.writeValueAsBytes(job.json()));
    String[] arguments =
        Arrays.copyOf(new String[] {"submit", "--job", file.toString()}, 3 + options.length);
    System.arraycopy(options, 0, arguments, 3, options.length);
    return run(arguments);
  }

  public Outcome submitAndWait(JobFile job) throws IOException, InterruptedException {
    return submit(job, "--wait");
  }

  /** {@code heddle describe NAME --json}. */
  public JsonNode describe(String name) throws IOException, InterruptedException {
    Outcome described = run("describe", name, "--json");
    if (described.code() != 0) {
      throw new IOException("describe " + name + " ended with " + described);
    }
    return json.readTree(described.out());
  }

  /** Describes the job until that is so, or fails after the patience. */
  public JsonNode await(String name, Duration patience, Predicate<JsonNode> wanted) {
    return Awaitility.await("job " + name)
        .atMost(patience)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              try {
                return describe(name);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            wanted);
  }

  /** Describes the job until it has ended, however. */
  public JsonNode awaitEnd(String name, Duration patience) {
    return await(name, patience, job -> ENDED.contains(job.path("TrainingJobStatus").asText()));
  }
}
