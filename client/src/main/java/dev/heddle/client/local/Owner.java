package dev.heddle.client.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The process that a run belongs to, in words that no other process ever fits: what is left of a
 * run may be removed once its owner is gone.
 *
 * @param boot the machine's start
 * @param namespace that the process id counts in
 * @param pid the process
 * @param started its start, in the kernel's ticks
 */
record Owner(String boot, String namespace, long pid, long started) {
  private static final Path PROC = Path.of("/proc");
  private static final int START_FIELD = 22;

  /** This process. */
  static Owner self() throws IOException {
    long pid = ProcessHandle.current().pid();
    return new Owner(bootId(), ownNamespace(), pid, started(pid).orElseThrow());
  }

  /** Empty when the text is no owner's. */
  static Optional<Owner> parse(String text) {
    String[] parts = text.strip().split("/", -1);
    try {
      return parts.length == 4
          ? Optional.of(
              new Owner(parts[0], parts[1], Long.parseLong(parts[2]), Long.parseLong(parts[3])))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Only when it is certain: of another container's processes nothing can be said. */
  boolean gone() throws IOException {
    if (!boot.equals(bootId())) {
      return true;
    }
    return namespace.equals(ownNamespace())
        && started(pid).filter(ticks -> ticks == started).isEmpty();
  }

  private static String bootId() throws IOException {
    return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
  }

  private static String ownNamespace() throws IOException {
    return Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString().replace("/", "_");
  }

  private static Optional<Long> started(long pid) {
    try {
      String stat =
          new String(
              Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("stat")),
              StandardCharsets.ISO_8859_1);
      // The program's name stands in parentheses, and may hold anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of(Long.parseLong(fields[START_FIELD - 3]));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return boot + "/" + namespace + "/" + pid + "/" + started;
  }
}
