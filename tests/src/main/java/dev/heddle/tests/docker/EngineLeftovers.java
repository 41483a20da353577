package dev.heddle.tests.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Ends an engine by what lies in its directory, whether it runs, was killed or half of it lives:
 * the same way for one of our own and for one of a test run that is no more.
 */
final class EngineLeftovers {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private EngineLeftovers() {}

  static void remove(Path directory) throws IOException, InterruptedException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    List<String> containers = containers(directory);
    end(directory);
    unmount(directory);
    ControlGroups.remove(Path.of("docker"), containers);
    Trees.delete(directory);
  }

  private static List<String> containers(Path directory) throws IOException {
    Path all = directory.resolve("root/containers");
    if (!Files.isDirectory(all)) {
      return List.of();
    }
    try (Stream<Path> each = Files.list(all)) {
      return each.map(container -> container.getFileName().toString()).toList();
    }
  }

  private static void end(Path directory) throws IOException, InterruptedException {
    // First what the shims keep: with its containers gone, the engine ends at once.
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    boolean asked = false;
    for (List<Engine> left = processes(directory); !left.isEmpty(); left = processes(directory)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("processes of " + directory + " that could not be ended: " + left);
      }
      boolean patient = System.nanoTime() < deadline - PATIENCE.toNanos() / 2;
      for (Engine process : left) {
        if (process.role() == Role.CONTAINER) {
          ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
        } else if (process.role() == Role.DAEMON && patient) {
          if (!asked) {
            ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroy);
            asked = true;
          }
        } else if (!patient || left.stream().noneMatch(p -> p.role() == Role.DAEMON)) {
          ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private enum Role {
    DAEMON,
    PART,
    CONTAINER
  }

  private record Engine(long pid, Role role, String name) {}

  private static List<Engine> processes(Path directory) throws IOException {
    List<Engine> found = new ArrayList<>();
    Set<Long> spared = new HashSet<>();
    ProcessHandle.current().parent().ifPresent(p -> spared.add(p.pid()));
    spared.add(ProcessHandle.current().pid());
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(process.getFileName().toString());
        String line = commandLine(process);
        if (spared.contains(pid) || !line.contains(directory + "/")) {
          continue;
        }
        String path = line.split("\0", -1)[0];
        String program = path.substring(path.lastIndexOf('/') + 1);
        if (program.equals("dockerd")) {
          found.add(new Engine(pid, Role.DAEMON, program));
        } else if (program.startsWith("containerd") || program.startsWith("runc")) {
          found.add(new Engine(pid, Role.PART, program));
          if (program.startsWith("containerd-shim")) {
            ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .forEach(child -> found.add(new Engine(child.pid(), Role.CONTAINER, "container")));
          }
        }
      }
    }
    return found;
  }

  private static String commandLine(Path process) {
    try {
      return new String(
          Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // It has ended meanwhile.
      return "";
    }
  }

  private static void unmount(Path directory) throws IOException, InterruptedException {
    List<String> below = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String target = line.split(" ", -1)[1];
      if (target.startsWith(directory + "/")) {
        below.add(target);
      }
    }
    below.sort(Comparator.reverseOrder());
    for (String target : below) {
      Process umount =
          new ProcessBuilder("umount", "--lazy", target)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (umount.waitFor() != 0) {
        throw new IOException("could not unmount " + target);
      }
    }
  }
}
