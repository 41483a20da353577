package dev.heddle.tests.bench.pipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.heddle.tests.bench.pipe.Results.Cell;
import dev.heddle.tests.bench.s3.Content;
import dev.heddle.tests.bench.s3.ObjectSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * How fast {@code heddle pipe} brings objects into a FIFO, beside others, in one run.
 *
 * @param home the source tree's root
 * @param only the contenders' names; empty for all
 * @param training whether Pipe is measured against File, too
 * @param verify whether all bytes are compared, which makes all slower
 * @param seed of the order in which contenders take their turns
 * @param work where the content, the FIFO and the logs lie
 * @param json where the figures also go
 */
record PipeBench(
    Path home,
    int rounds,
    Volume volume,
    Set<String> only,
    Set<DataSet> sets,
    Set<Condition> conditions,
    boolean training,
    boolean verify,
    long seed,
    Path work,
    Optional<Path> json) {

  private static final String BUCKET = "bench";
  private static final long CONTENT = 2L << 30;
  private static final DataSet TRAINING = DataSet.MB100;

  /** Which server: encrypted ones have a process of their own. */
  private record Site(Condition condition, boolean encrypted) {}

  /** All that could be chosen, in the order of the tables. */
  private static List<Contender> all(Path home, Path limit) {
    return List.of(
        new Limit(limit), new HeddlePipe(home), new RcloneCat(), new AwsCopy(), new S3aRead());
  }

  static Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    all(Path.of(""), Path.of("")).forEach(contender -> names.add(contender.name()));
    return names;
  }

  void run() throws IOException, InterruptedException {
    Files.createDirectories(work);
    Programs programs = Programs.compile(home.resolve("tests/src/main/c"), work.resolve("bin"));
    Path content = work.resolve("content");
    System.err.println("Writing and reading " + (CONTENT >> 20) + " MiB of content ...");
    Content.write(content, CONTENT);
    warm(content);
    Map<String, Optional<String>> versions = new LinkedHashMap<>();
    List<Contender> contenders = new ArrayList<>();
    for (Contender contender : all(home, programs.limit())) {
      if (only.isEmpty() || only.contains(contender.name())) {
        Optional<String> version = contender.version();
        versions.put(contender.name(), version);
        version.ifPresent(v -> contenders.add(contender));
      }
    }
    Runner runner = new Runner(programs, work, verify ? Optional.of(content) : Optional.empty());
    Optional<Tls> tls =
        sets.stream().anyMatch(DataSet::encrypted) ? Optional.of(Tls.make(work)) : Optional.empty();
    Results results = new Results();
    Map<Site, ServerProcess> servers = new LinkedHashMap<>();
    boolean complete = false;
    try {
      for (Condition condition : conditions) {
        for (DataSet set : sets) {
          if (set.conditions().contains(condition)) {
            ServerProcess server =
                server(servers, new Site(condition, set.encrypted()), tls, content);
            compare(new Cell(condition, set), contenders, server, tls, runner, results);
          }
        }
        if (training) {
          ServerProcess server = server(servers, new Site(condition, false), tls, content);
          train(condition, versions, server, runner, results);
        }
      }
      complete = true;
    } finally {
      for (ServerProcess server : servers.values()) {
        server.close();
      }
      // What was measured before a failure took its time, too.
      report(new Report(Machine.text(), rounds, complete, volume, verify, versions, results));
    }
  }

  private void report(Report report) throws IOException {
    report.lines().forEach(System.out::println);
    if (json.isPresent()) {
      Files.write(
          json.get(),
          new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsBytes(report.json()));
    }
  }

  /** All of it goes into the page cache. */
  private static void warm(Path content) throws IOException {
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(content)) {
      while (in.read(buffer) >= 0) {}
    }
  }

  private ServerProcess server(
      Map<Site, ServerProcess> servers, Site site, Optional<Tls> tls, Path content)
      throws IOException {
    ServerProcess server = servers.get(site);
    if (server == null) {
      server =
          ServerProcess.start(
              site.condition(),
              site.encrypted() ? tls : Optional.empty(),
              BUCKET,
              objects(),
              content,
              work.resolve("s3-" + site.condition() + (site.encrypted() ? "-tls" : "") + ".log"));
      servers.put(site, server);
    }
    return server;
  }

  /** What any contender may read. */
  private Collection<ObjectSet> objects() {
    Set<ObjectSet> objects = new LinkedHashSet<>();
    for (DataSet set : DataSet.values()) {
      for (Amount amount : Amount.values()) {
        objects.add(set.objects(amount, volume));
      }
    }
    objects.add(TRAINING.objects(volume.trainGib()));
    return objects;
  }

  private void compare(
      Cell cell,
      List<Contender> contenders,
      ServerProcess server,
      Optional<Tls> tls,
      Runner runner,
      Results results)
      throws IOException, InterruptedException {
    List<Contender> turns =
        new ArrayList<>(contenders.stream().filter(c -> c.reads(cell.set())).toList());
    Random random = new Random(seed + cell.text().hashCode());
    for (int round = 0; round <= rounds; round++) {
      if (round > 0) {
        Collections.shuffle(turns, random);
      }
      for (Contender contender : turns) {
        // The first one warms the server up.
        Amount amount = round == 0 ? Amount.FEW : contender.amount();
        Source source =
            new Source(
                cell.condition(),
                server.endpoint(),
                BUCKET,
                cell.set().objects(amount, volume),
                cell.set().encrypted() ? tls : Optional.empty());
        Run run = runner.pipe(contender, source);
        tell(cell.text(), contender.name(), round, run.megabytesPerSecond(), run);
        if (round == 0) {
          break;
        }
        results.add(cell, contender, run);
      }
    }
  }

  private void train(
      Condition condition,
      Map<String, Optional<String>> versions,
      ServerProcess server,
      Runner runner,
      Results results)
      throws IOException, InterruptedException {
    List<Way> turns = new ArrayList<>();
    for (Way way : Way.values()) {
      if (versions.getOrDefault(way.contender(), Optional.empty()).isPresent()) {
        turns.add(way);
      }
    }
    Source source =
        new Source(
            condition,
            server.endpoint(),
            BUCKET,
            TRAINING.objects(volume.trainGib()),
            Optional.empty());
    Random random = new Random(seed);
    for (int round = 1; round <= rounds; round++) {
      Collections.shuffle(turns, random);
      for (Way way : turns) {
        Path files = work.resolve("files");
        Run run =
            way == Way.PIPE
                ? runner.pipe(new HeddlePipe(home), source)
                : runner.files(
                    way.title(),
                    way.download(source, files),
                    way.environment(source),
                    source,
                    files);
        tell(condition + ", training", way.title(), round, run.megabytesPerSecondWithStart(), run);
        results.add(condition, way, run);
      }
    }
  }

  private static void tell(String where, String who, int round, double rate, Run run) {
    System.err.printf(
        Locale.ROOT,
        "%-22s %-22s %-9s %8.2f MB/s, first byte after %.2f s, %.2f CPU s/GB, %.0f MB%n",
        where,
        who,
        round == 0 ? "(warm-up)" : "round " + round,
        rate,
        run.startSeconds(),
        run.cpuSecondsPerGigabyte(),
        run.peakMegabytes());
  }
}
