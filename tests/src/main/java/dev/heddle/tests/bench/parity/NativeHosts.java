package dev.heddle.tests.bench.parity;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The sample's hosts as somebody would start them without a platform: its program, once a host, in
 * a session of its own, on files that were laid out before. Hosts have loopback addresses of their
 * own, as those of a job have where all nodes are one machine.
 *
 * @param program the sample's, without arguments
 * @param work where the files and logs go
 */
record NativeHosts(Sample sample, Path program, Path work) implements Trainer {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(20);

  /** Another one than the sample's own, which a test may have, and than jobs beside have. */
  private static final int PORT = 29_193;

  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public Training start(String name, Cell cell, int epochs) throws IOException {
    List<String> hosts = Sample.hosts(cell.hosts());
    StringBuilder addresses = new StringBuilder("127.0.0.1 localhost\n");
    for (int i = 0; i < hosts.size(); i++) {
      addresses.append("127.0.79.%d %s\n".formatted(i + 1, hosts.get(i)));
    }
    for (String host : hosts) {
      layOut(name, cell, epochs, host, addresses.toString());
    }
    List<Host> started = new ArrayList<>();
    Training training = new Started(started);
    try {
      for (String host : hosts) {
        started.add(new Host(host, start(name, host), log(name, host)));
      }
    } catch (IOException e) {
      training.close();
      throw e;
    }
    return training;
  }

  private record Host(String name, Process process, Path log) {}

  /** The program's own processes: nothing runs for them. */
  private record Started(List<Host> hosts) implements Training {
    @Override
    public Optional<Path> log() throws IOException {
      Path first = hosts.get(0).log();
      return HostLog.tellsOfAnEpoch(first) ? Optional.of(first) : Optional.empty();
    }

    @Override
    public List<Long> algorithms() {
      return hosts.stream().map(host -> host.process().pid()).toList();
    }

    @Override
    public List<Long> companions() {
      return List.of();
    }

    @Override
    public boolean hasEnded() {
      return hosts.stream().noneMatch(host -> host.process().isAlive());
    }

    @Override
    public List<HostLog> await() throws IOException, InterruptedException {
      awaitAll(hosts.stream().map(Host::process).toList());
      List<HostLog> logs = new ArrayList<>();
      for (Host host : hosts) {
        List<String> log = Files.readAllLines(host.log());
        int code = host.process().exitValue();
        if (code != 0) {
          throw new IOException(
              host.name()
                  + " ended with code "
                  + code
                  + ": "
                  + String.join(" / ", log.subList(Math.max(0, log.size() - 5), log.size())));
        }
        logs.add(HostLog.parse(log));
      }
      return logs;
    }

    @Override
    public void close() {
      hosts.forEach(host -> host.process().destroyForcibly());
    }
  }

  private Path tree(String name, String host) {
    return work.resolve(name).resolve(host).resolve("ml");
  }

  private Path log(String name, String host) {
    return work.resolve(name).resolve(host + ".log");
  }

  private void layOut(String name, Cell cell, int epochs, String host, String addresses)
      throws IOException {
    Path tree = tree(name, host);
    Path config = Files.createDirectories(tree.resolve("input/config"));
    Files.writeString(tree.resolveSibling("hosts"), addresses);
    write(config.resolve("hyperparameters.json"), sample.hyperparameters(cell, epochs, PORT));
    Map<String, Object> resources = new HashMap<>();
    resources.put("current_host", host);
    resources.put("hosts", Sample.hosts(cell.hosts()));
    resources.put("network_interface_name", "lo");
    write(config.resolve("resourceconfig.json"), resources);
    Map<String, String> channel =
        Map.of("TrainingInputMode", "File", "S3DistributionType", "FullyReplicated");
    write(config.resolve("inputdataconfig.json"), Map.of("train", channel, "validation", channel));
    Path data = tree.resolve("input/data");
    Files.writeString(
        Files.createDirectories(data.resolve("train")).resolve("digits.csv"), sample.train());
    Files.writeString(
        Files.createDirectories(data.resolve("validation")).resolve("digits.csv"),
        sample.validation());
    for (String empty : List.of("model", "output", "home")) {
      Files.createDirectories(tree.resolve(empty));
    }
  }

  private Process start(String name, String host) throws IOException {
    Path tree = tree(name, host);
    ProcessBuilder train =
        // A session of its own: the kernel shares processors out among sessions first.
        new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "setsid", program.toString());
    Map<String, String> environment = train.environment();
    environment.clear();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("LANG", "C.UTF-8");
    environment.put("HOME", tree.resolve("home").toString());
    environment.put("TRAINING_JOB_NAME", name);
    environment.put("SAGEMAKER_BASE_DIR", tree.toString());
    return train
        .directory(tree.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log(name, host).toFile())
        .start();
  }

  /** Or until one has failed, or the patience is over. */
  private static void awaitAll(List<Process> running) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Process process : running) {
      while (!process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        if (running.stream().anyMatch(p -> !p.isAlive() && p.exitValue() != 0)) {
          // Its peers hear of it and end, too.
          boolean unused = process.waitFor(10, TimeUnit.SECONDS);
          return;
        }
        if (System.nanoTime() > deadline) {
          throw new IOException("the hosts did not end in " + PATIENCE.toMinutes() + " minutes");
        }
      }
    }
  }

  private static void write(Path file, Object content) throws IOException {
    Files.write(file, JSON.writeValueAsBytes(content));
  }
}
