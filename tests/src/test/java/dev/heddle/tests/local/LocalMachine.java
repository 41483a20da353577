package dev.heddle.tests.local;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.tests.docker.DockerEngine;
import dev.heddle.tests.docker.SampleImages;
import dev.heddle.tests.embedded.HeddleClient;
import dev.heddle.tests.embedded.JobFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What {@code heddle local} finds: an engine with bridge networks and an S3 server, both in one
 * network namespace, in which the command runs, too.
 */
public final class LocalMachine implements AutoCloseable {
  /** Where S3 has what jobs read, and what they write. */
  public static final String BUCKET = S3Main.BUCKET;

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path directory;
  private final DockerEngine engine;
  private final Process s3;
  private final Map<String, String> environment;

  private LocalMachine(
      Path directory, DockerEngine engine, Process s3, Map<String, String> environment) {
    this.directory = directory;
    this.engine = engine;
    this.s3 = s3;
    this.environment = environment;
  }

  /**
   * @param directory an empty one
   * @param objects what the bucket {@link S3Main#BUCKET} has, by key
   */
  public static LocalMachine start(Path directory, Map<String, byte[]> objects)
      throws IOException, InterruptedException {
    DockerEngine engine = DockerEngine.startWithBridges(directory.resolve("engine"));
    List<String> command = new ArrayList<>(engine.inside());
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-cp", classPath(), S3Main.class.getName()));
    command.add(Files.createDirectories(directory.resolve("s3")).toString());
    command.add(write(objects, directory.resolve("data")).toString());
    Process s3 =
        new ProcessBuilder(command).redirectError(directory.resolve("s3.err").toFile()).start();
    Map<String, String> environment = new HashMap<>();
    environment.put("DOCKER_HOST", engine.host().toString());
    BufferedReader lines = s3.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
      if (line == null) {
        throw new IOException(Files.readString(directory.resolve("s3.err")));
      }
      environment.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
    }
    return new LocalMachine(directory, engine, s3, environment);
  }

  private static Path home() {
    return Path.of(System.getProperty("heddle.home")).toAbsolutePath().normalize();
  }

  /** Failsafe may pass the class path in a jar's manifest. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static Path write(Map<String, byte[]> objects, Path directory) throws IOException {
    for (Map.Entry<String, byte[]> object : objects.entrySet()) {
      Path file = directory.resolve(object.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, object.getValue());
    }
    return directory;
  }

  /** Has the images of sample algorithms in the engine. */
  public void images(String... samples) throws IOException, InterruptedException {
    new SampleImages(home(), engine.host().toString()).build(samples);
  }

  public DockerEngine engine() {
    return engine;
  }

  public Path directory(String name) throws IOException {
    return Files.createDirectories(directory.resolve(name));
  }

  /** Where a key of the bucket lies. */
  public Path object(String key) {
    return directory.resolve("s3").resolve(S3Main.BUCKET).resolve(key);
  }

  /** A run of {@code heddle local} that has begun. */
  public static final class Run {
    private final Process process;
    private final Path out;
    private final Path err;

    private Run(Process process, Path out, Path err) {
      this.process = process;
      this.out = out;
      this.err = err;
    }

    public String out() throws IOException {
      return Files.readString(out);
    }

    public String err() throws IOException {
      return Files.readString(err);
    }

    public void until(Predicate<String> printed) {
      await().atMost(PATIENCE).until(() -> printed.test(out()) || !process.isAlive());
    }

    public void signal(String name) throws IOException, InterruptedException {
      assertEquals(
          0,
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor());
    }

    public int end() {
      await().atMost(PATIENCE).until(() -> !process.isAlive());
      return process.exitValue();
    }
  }

  Run run(JobFile job, String... options) throws IOException {
    return run(Map.of(), job.json(), options);
  }

  /** Begins {@code heddle local}. */
  public Run run(JsonNode job, String... options) throws IOException {
    return run(Map.of(), job, options);
  }

  /**
   * @param more replaces variables of the environment
   */
  Run run(Map<String, String> more, JsonNode job, String... options) throws IOException {
    String name = job.get("TrainingJobName").asText();
    Path files = directory(name);
    Path file = Files.writeString(files.resolve("job.json"), job.toString());
    List<String> arguments = new ArrayList<>(List.of("local", "--job", file.toString()));
    arguments.addAll(List.of("--work", work().toString()));
    arguments.addAll(List.of(options));
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(more);
    ProcessBuilder client =
        new HeddleClient(Path.of(System.getProperty("heddle.jar")), directory("conf"), all)
            .command(arguments.toArray(String[]::new));
    List<String> command = new ArrayList<>(engine.inside());
    // A shell that ran the tests in the background has its children ignore it.
    command.addAll(List.of("/usr/bin/env", "--default-signal=INT"));
    command.addAll(client.command());
    Path out = files.resolve("out.txt");
    Path err = files.resolve("err.txt");
    return new Run(
        client.command(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start(),
        out,
        err);
  }

  private Path work() throws IOException {
    return directory("work");
  }

  /** What runs have left, on the engine and on the disk. */
  public List<String> left() throws IOException, InterruptedException {
    List<String> left = new ArrayList<>(engine.containers());
    engine
        .run("network", "ls", "--filter", "label=dev.heddle.local.run", "--quiet")
        .output()
        .lines()
        .forEach(left::add);
    try (Stream<Path> runs = Files.list(work())) {
      runs.map(Path::toString).forEach(left::add);
    }
    ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains("AgentMain") && line.contains(directory.toString()))
        .forEach(left::add);
    return left;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    s3.getOutputStream().close();
    s3.waitFor();
    engine.close();
  }
}
