package dev.heddle.tests.bench.s3;

import dev.heddle.tests.cli.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A {@link BenchS3} as a process of its own. It prints {@code ready ENDPOINT}, and ends when its
 * standard input does, which is with its parent at the latest.
 */
public final class Serve {
  private Serve() {}

  /**
   * Options: {@code --bucket NAME --content FILE --sets PREFIX=COUNTxSIZE[,...] --delay-ms N
   * --mb-per-second N} (0: no cap) and {@code --key-store FILE --password TEXT}.
   */
  public static void main(String[] args) throws IOException, Usage.WrongUsage {
    Usage usage =
        Usage.parse(
            Arrays.asList(args),
            Set.of(
                "--bucket",
                "--content",
                "--sets",
                "--delay-ms",
                "--mb-per-second",
                "--key-store",
                "--password"));
    Path content = Path.of(usage.text("--content").orElseThrow());
    List<ObjectSet> sets =
        Arrays.stream(usage.text("--sets").orElseThrow().split(",", -1))
            .map(ObjectSet::parse)
            .toList();
    int cap = usage.whole("--mb-per-second", 0, 0, 100_000);
    BenchS3.Manner manner =
        new BenchS3.Manner(
            Duration.ofMillis(usage.whole("--delay-ms", 0, 0, 60_000)),
            cap == 0 ? OptionalDouble.empty() : OptionalDouble.of(cap * 1e6),
            usage
                .text("--key-store")
                .map(
                    file ->
                        new BenchS3.KeyFile(Path.of(file), usage.text("--password").orElse(""))));
    try (BenchS3 server =
        BenchS3.start(
            usage.text("--bucket").orElse("bench"),
            new Catalogue(sets, Files.size(content)),
            content,
            manner)) {
      System.out.println("ready " + server.endpoint());
      while (System.in.read() >= 0) {}
    }
  }
}
