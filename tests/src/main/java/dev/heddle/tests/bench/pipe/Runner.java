package dev.heddle.tests.bench.pipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs one contender at a time, with one and the same reader behind the same pipe. */
final class Runner {
  /** The directory that File mode fills. */
  static final String FILES = "train";

  private static final long RUN_MINUTES = 30;
  private static final long READER_SECONDS = 20;

  private final Programs programs;
  private final Path work;
  private final Optional<Path> verified;
  private final Path fifo;
  private int runs;

  /**
   * @param work where FIFO and logs are; existing
   * @param verified the content, when all bytes are to be compared with it
   */
  Runner(Programs programs, Path work, Optional<Path> verified)
      throws IOException, InterruptedException {
    this.programs = programs;
    this.work = work;
    this.verified = verified;
    this.fifo = work.resolve("fifo");
    Files.deleteIfExists(fifo);
    Tool.run(work.resolve("mkfifo.log"), List.of("mkfifo", "-m", "600", fifo.toString()));
  }

  /**
   * @throws IOException when it fails, or when other bytes come than the source has
   */
  Run pipe(Contender contender, Source source) throws IOException, InterruptedException {
    runs++;
    Path used = work.resolve("used");
    Path read = work.resolve("read");
    Path log = work.resolve("run-" + runs + ".log");
    Path own = work.resolve("fifo-" + runs);
    Contender.Output output = contender.output(source);
    List<String> line = new ArrayList<>(List.of(programs.measure().toString()));
    line.addAll(List.of("-o", used.toString()));
    if (output == Contender.Output.STDOUT) {
      line.addAll(List.of("-1", fifo.toString()));
    }
    line.addAll(contender.command(source, own));
    ProcessBuilder command = environment(line, source, contender.environment(source));
    command.redirectError(log.toFile());
    if (output == Contender.Output.NOWHERE) {
      command.redirectOutput(read.toFile());
      end(contender.name(), command.start(), used, log);
    } else {
      command.redirectOutput(log.toFile()).redirectErrorStream(true);
      Path from = output == Contender.Output.STDOUT ? fifo : work.resolve("fifo-" + runs + "_0");
      List<String> reader = new ArrayList<>(List.of(programs.reader().toString()));
      verified.ifPresent(content -> reader.add("-s"));
      reader.add(from.toString());
      Process trainer = start(reader, read);
      try {
        end(contender.name(), command.start(), used, log);
        end(contender.name(), trainer, read);
      } finally {
        trainer.destroyForcibly();
      }
      if (output == Contender.Output.OWN_FIFO) {
        Files.deleteIfExists(from);
      }
    }
    Map<String, String> came = Run.parse(read);
    check(contender.name(), source, came);
    Files.deleteIfExists(log);
    return Run.of(Run.parse(used), came);
  }

  /**
   * Brings files to the disk and reads them.
   *
   * @param download what brings them into {@code directory/train}
   * @param directory removed before and after
   */
  Run files(
      String name,
      List<String> download,
      Map<String, String> environment,
      Source source,
      Path directory)
      throws IOException, InterruptedException {
    runs++;
    Path used = work.resolve("used");
    Path read = work.resolve("read");
    Path log = work.resolve("run-" + runs + ".log");
    remove(directory);
    Files.createDirectories(directory);
    List<String> line =
        new ArrayList<>(List.of(programs.measure().toString(), "-o", used.toString()));
    line.addAll(download);
    ProcessBuilder command = environment(line, source, environment);
    end(name, command.redirectErrorStream(true).redirectOutput(log.toFile()).start(), used, log);
    List<String> reader = new ArrayList<>(List.of(programs.reader().toString()));
    verified.ifPresent(content -> reader.add("-s"));
    reader.addAll(List.of("-f", directory.resolve(FILES).toString()));
    end(name, start(reader, read), read);
    Map<String, String> came = Run.parse(read);
    check(name, source, came);
    remove(directory);
    Files.deleteIfExists(log);
    return Run.of(Run.parse(used), came);
  }

  private static ProcessBuilder environment(
      List<String> line, Source source, Map<String, String> more) {
    ProcessBuilder command = new ProcessBuilder(line);
    Map<String, String> environment = command.environment();
    // What this machine's user has for other servers.
    environment.keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("RCLONE_"));
    environment.keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    environment.putAll(source.environment());
    environment.putAll(more);
    return command;
  }

  private static Process start(List<String> reader, Path output) throws IOException {
    return new ProcessBuilder(reader)
        .redirectOutput(output.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private void end(String name, Process process, Path used, Path log)
      throws IOException, InterruptedException {
    try {
      if (!process.waitFor(RUN_MINUTES, TimeUnit.MINUTES)) {
        throw new IOException(name + " didn't end within " + RUN_MINUTES + " minutes");
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String code = process.exitValue() == 0 ? Run.parse(used).get("code") : "?";
    if (!"0".equals(code)) {
      throw new IOException(name + " failed with code " + code + ": " + Tool.tail(log).strip());
    }
  }

  private static void end(String name, Process reader, Path read)
      throws IOException, InterruptedException {
    if (!reader.waitFor(READER_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException(name + " ended, but its FIFO didn't: did it write anything?");
    }
    if (reader.exitValue() != 0) {
      throw new IOException("the reader of " + name + " failed; its output is in " + read);
    }
  }

  private void check(String name, Source source, Map<String, String> came) throws IOException {
    long bytes = Long.parseLong(came.getOrDefault("bytes", "0"));
    if (bytes != source.objects().bytes()) {
      throw new IOException(
          name
              + " brought "
              + bytes
              + " bytes of "
              + source.uri()
              + ", which has "
              + source.objects().bytes());
    }
    if (verified.isPresent() && came.containsKey("sum")) {
      String expected = Checksum.of(source.objects(), verified.get());
      if (!came.get("sum").equals(expected)) {
        throw new IOException(
            name + " brought other bytes of " + source.uri() + " than it has, or in another order");
      }
    }
  }

  private static void remove(Path directory) throws IOException, InterruptedException {
    if (Files.exists(directory)) {
      Tool.run(
          directory.resolveSibling("rm.log"), List.of("rm", "-rf", "--", directory.toString()));
    }
  }
}
