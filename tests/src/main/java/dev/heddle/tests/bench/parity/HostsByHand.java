package dev.heddle.tests.bench.parity;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heddle.tests.embedded.HostProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The sample's hosts as somebody would start them without a platform: by one command a host, on
 * files that were laid out before. Hosts have loopback addresses of their own, as those of a job
 * have where all nodes are one machine.
 *
 * @param command starts a host
 * @param port on which hosts meet: another one than those of trainings beside
 * @param work where the files and logs go
 */
record HostsByHand(Sample sample, HostCommand command, int port, Path work) implements Trainer {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(20);

  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public Training start(String name, Cell cell, int epochs) throws IOException {
    List<String> hosts = Sample.hosts(cell.hosts());
    Map<String, String> addresses = new LinkedHashMap<>();
    for (int i = 0; i < hosts.size(); i++) {
      addresses.put(hosts.get(i), "127.0.79." + (i + 1));
    }
    for (String host : hosts) {
      layOut(name, cell, epochs, host, addresses);
    }
    List<Host> started = new ArrayList<>();
    Training training = new Started(name, started);
    try {
      for (String host : hosts) {
        Process process =
            command
                .of(name, tree(name, host), addresses)
                .redirectErrorStream(true)
                .redirectOutput(log(name, host).toFile())
                .start();
        started.add(new Host(host, process, log(name, host)));
      }
    } catch (IOException e) {
      training.close();
      throw e;
    }
    return training;
  }

  private record Host(String name, Process process, Path log) {}

  /** The program's own processes: nothing runs for them. */
  private record Started(String training, List<Host> hosts) implements Training {
    @Override
    public Optional<Path> log() throws IOException {
      Path first = hosts.get(0).log();
      return HostLog.tellsOfAnEpoch(first) ? Optional.of(first) : Optional.empty();
    }

    @Override
    public List<Long> algorithms() throws IOException {
      return HostProcesses.algorithms(training, hosts.size());
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
      // Not by what started them: containers outlive Docker's client.
      try {
        for (long pid : HostProcesses.algorithms(training)) {
          ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      hosts.forEach(host -> host.process().destroyForcibly());
    }
  }

  private Path tree(String name, String host) {
    return work.resolve(name).resolve(host).resolve("ml");
  }

  private Path log(String name, String host) {
    return work.resolve(name).resolve(host + ".log");
  }

  private void layOut(
      String name, Cell cell, int epochs, String host, Map<String, String> addresses)
      throws IOException {
    Path tree = tree(name, host);
    Path config = Files.createDirectories(tree.resolve("input/config"));
    StringBuilder names = new StringBuilder("127.0.0.1 localhost\n");
    addresses.forEach((known, address) -> names.append(address).append(' ').append(known + '\n'));
    Files.writeString(tree.resolveSibling("hosts"), names);
    write(config.resolve("hyperparameters.json"), sample.hyperparameters(cell, epochs, port));
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
