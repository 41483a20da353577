package dev.heddle.tests.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk of its own in the place of a directory, with what the directory has; it lives in memory.
 * Needs root.
 */
public final class SmallDisk implements AutoCloseable {
  private static final int BLOCK = 1 << 20;
  private final Path directory;

  private SmallDisk(Path directory) {
    this.directory = directory;
  }

  /**
   * @param directory in which nobody writes meanwhile
   * @param megabytes that fit on it
   */
  public static SmallDisk at(Path directory, int megabytes)
      throws IOException, InterruptedException {
    Path former = Files.createTempDirectory("small-disk");
    run("cp", "-a", directory + "/.", former.toString());
    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "small-disk", "" + directory);
    SmallDisk disk = new SmallDisk(directory);
    run("cp", "-a", former + "/.", directory.toString());
    run("rm", "-r", former.toString());
    return disk;
  }

  /** Writes a file that takes all the room there is. */
  public void fill() throws IOException {
    byte[] block = new byte[BLOCK];
    try (OutputStream out = Files.newOutputStream(directory.resolve("filling"))) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      if (directory.toFile().getUsableSpace() >= BLOCK) {
        throw e;
      }
    }
  }

  /** The directory is again what it was before; programs keep what they have open. */
  @Override
  public void close() throws IOException {
    try {
      run("umount", "-l", directory.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted: " + directory + " may still be a disk of its own", e);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output.strip());
    }
  }
}
