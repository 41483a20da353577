package dev.heddle.tests.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The processes that run for a cluster's containers, found by what Linux says of each: a variable
 * of its environment, an argument or its working directory lies below the NodeManagers' directory.
 * A NodeManager whose JVM is killed leaves its containers running; this is how they are found.
 */
final class ContainerProcesses {
  private static final Path PROC = Path.of("/proc");

  private final Path nodes;

  /**
   * @param nodes the directory below which all NodeManagers work, and nobody else
   */
  ContainerProcesses(Path nodes) {
    this.nodes = nodes;
  }

  /** Process ids; empty where there is no {@code /proc}. */
  List<Long> find() {
    Set<Long> spared = new HashSet<>();
    for (ProcessHandle p = ProcessHandle.current(); p != null; p = p.parent().orElse(null)) {
      spared.add(p.pid());
    }
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(process.getFileName().toString());
        if (!spared.contains(pid) && belongs(process)) {
          found.add(pid);
        }
      }
    } catch (IOException e) {
      // No /proc here: nothing to find.
    }
    return found;
  }

  /**
   * Kills them all, and what they start meanwhile.
   *
   * @return the processes that were still there after {@code patience}
   */
  List<Long> kill(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    List<Long> left = find();
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      for (long pid : left) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
      Thread.sleep(20);
      left = find();
    }
    return left;
  }

  private boolean belongs(Path process) {
    try {
      Stat stat = Stat.read(process);
      // Containers have sessions of their own: whoever has a terminal is a person's shell or pager.
      if (stat.zombie() || stat.hasTerminal()) {
        return false;
      }
      return mentions(process.resolve("environ"), '=')
          || mentions(process.resolve("cmdline"), '\0')
          || Files.readSymbolicLink(process.resolve("cwd")).startsWith(nodes);
    } catch (IOException e) {
      // It has ended meanwhile, or is another user's.
      return false;
    }
  }

  /**
   * @param before the character after which the directory counts as a value's beginning
   */
  private boolean mentions(Path file, char before) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    String start =
        new String(nodes.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    return text.startsWith(start + "/") || text.contains(before + start + "/");
  }

  /** The fields of {@code /proc/PID/stat} that matter here (proc(5)). */
  private record Stat(boolean zombie, boolean hasTerminal) {
    static Stat read(Path process) throws IOException {
      String text = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
      // The name, in parentheses, may hold anything.
      String[] rest = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      return new Stat(rest[0].equals("Z") || rest[0].equals("X"), !rest[4].equals("0"));
    }
  }
}
