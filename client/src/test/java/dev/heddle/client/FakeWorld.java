package dev.heddle.client;

import dev.heddle.client.cluster.Cluster;
import dev.heddle.client.cluster.JobConnection;
import dev.heddle.client.engine.DockerEngine;
import dev.heddle.client.engine.Engine;
import dev.heddle.client.engine.EngineAddress;
import dev.heddle.client.logs.LogArchive;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Pause;
import dev.heddle.client.session.World;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.S3Access;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** A world in a temporary directory, where time passes only while the client pauses. */
final class FakeWorld implements World {
  static final String SECRET_KEY = "wJalrXUtnFEMIsecretKEY";
  static final String SESSION_TOKEN = "IQoJb3sessionTOKEN";

  final Path directory;
  final FakeCluster cluster = new FakeCluster();
  final FakeStore store = new FakeStore();
  final FakeMaster master = new FakeMaster();
  final Map<String, String> environment = new HashMap<>();
  final Map<String, String> archive = new HashMap<>();
  final Map<String, Map<String, String>> nodeSettings = new HashMap<>();
  final List<Duration> pauses = new ArrayList<>();
  boolean archiveKept = true;
  Path jar;

  /** Runs after each pause, with the number of pauses so far; may interrupt. */
  PauseScript duringPause = count -> {};

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Instant now = FakeCluster.START.plusSeconds(10);
  S3Access accessSeen;

  interface PauseScript {
    void after(int pauses) throws InterruptedException;
  }

  FakeWorld(Path directory) throws IOException {
    this.directory = directory;
    Path conf = Files.createDirectories(directory.resolve("conf"));
    Files.writeString(
        conf.resolve("heddle-site.xml"),
        "<configuration><property><name>heddle.staging-dir</name><value>"
            + directory.resolve("staging").toUri()
            + "</value></property><property><name>heddle.public-dir</name><value>"
            + directory.resolve("public").toUri()
            + "</value></property></configuration>");
    Files.writeString(
        conf.resolve("core-site.xml"),
        "<configuration><property><name>fs.s3a.secret.key</name><value>s3aSECRET</value>"
            + "</property><property><name>test.of.the.client</name><value>kept</value></property>"
            + "</configuration>");
    environment.put("HADOOP_CONF_DIR", conf.toString());
    environment.put("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    environment.put("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    environment.put("AWS_SESSION_TOKEN", SESSION_TOKEN);
    environment.put("AWS_ENDPOINT_URL_S3", "http://s3.test:9000");
    jar = Files.writeString(directory.resolve("heddle-1.jar"), "the jar");
  }

  int run(String... args) {
    out.reset();
    err.reset();
    return Main.run(
        args,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        environment,
        this);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  Path staging(String job) {
    return directory.resolve("staging").resolve(job);
  }

  /** A job as it lies in the staging directory after its submission. */
  void stage(String job, String applicationId) throws IOException {
    Path folder = Files.createDirectories(staging(job));
    Files.writeString(folder.resolve("request.json"), JobFiles.valid(job));
    Files.writeString(folder.resolve("secret"), "ab".repeat(32));
    Files.writeString(folder.resolve("application"), applicationId);
  }

  void record(String job, String json) throws IOException {
    Files.writeString(staging(job).resolve("record.json"), json);
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  @Override
  public Configuration configuration(Map<String, String> variables) {
    return new HadoopWorld().configuration(variables);
  }

  @Override
  public Cluster cluster(Configuration hadoop) {
    return cluster;
  }

  @Override
  public Map<String, String> nodeSettings(Configuration hadoop, String web) throws IOException {
    Map<String, String> settings = nodeSettings.get(web);
    if (settings == null) {
      throw new IOException("it answers with the HTTP status 401");
    }
    return settings;
  }

  @Override
  public ObjectStore store(S3Access access) {
    accessSeen = access;
    return store;
  }

  @Override
  public JobConnection job(
      Configuration hadoop, InetSocketAddress address, String applicationId, byte[] secret) {
    master.secretSeen = secret;
    return master;
  }

  @Override
  public LogArchive logs(Configuration hadoop) {
    return new LogArchive() {
      @Override
      public boolean kept() {
        return archiveKept;
      }

      @Override
      public boolean read(
          String applicationId, String owner, String containerId, String file, OutputStream to)
          throws IOException {
        String text = archive.get(containerId + "/" + file);
        if (text == null) {
          return false;
        }
        to.write(text.getBytes(StandardCharsets.UTF_8));
        return true;
      }
    };
  }

  @Override
  public Path jar() throws CommandException {
    if (jar == null) {
      throw CommandException.input("heddle runs from classes, which is not its whole jar");
    }
    return jar;
  }

  @Override
  public Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return now;
      }
    };
  }

  @Override
  public Pause pause() {
    return time -> {
      pauses.add(time);
      pass(time);
      duringPause.after(pauses.size());
    };
  }

  @Override
  public Closeable onInterrupt(Runnable action) {
    return () -> {};
  }

  @Override
  public Closeable insteadOfEnd(Runnable action) {
    return () -> {};
  }

  @Override
  public Engine engine(EngineAddress address) throws IOException {
    return DockerEngine.at(address);
  }

  /** All files below the staging and public directories, by path relative to the world. */
  Map<String, String> files() throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (var walk = Files.walk(directory)) {
      for (Path path : walk.filter(Files::isRegularFile).toList()) {
        if (!path.startsWith(directory.resolve("conf"))) {
          all.put(
              directory.relativize(path).toString(),
              Files.readString(path, StandardCharsets.ISO_8859_1));
        }
      }
    }
    return all;
  }
}
