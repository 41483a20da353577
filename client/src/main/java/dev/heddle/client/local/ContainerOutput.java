package dev.heddle.client.local;

import dev.heddle.client.logs.HostLog;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where one container's output goes: the files in which its agent looks for metrics and for causes,
 * and the user's eyes. For use by one thread.
 */
final class ContainerOutput implements AutoCloseable {
  private final OutputStream outFile;
  private final OutputStream errFile;
  private final HostLog out;
  private final HostLog err;

  /**
   * Makes the files, empty.
   *
   * @param directory the container's own
   */
  ContainerOutput(Path directory, String host, PrintStream shown) throws IOException {
    Files.createDirectories(directory);
    this.outFile = Files.newOutputStream(directory.resolve("stdout.txt"));
    this.errFile = Files.newOutputStream(directory.resolve("stderr.txt"));
    this.out = HostLog.named(shown, host);
    this.err = HostLog.named(shown, host);
  }

  OutputStream out() {
    return new Both(outFile, out);
  }

  OutputStream err() {
    return new Both(errFile, err);
  }

  @Override
  public void close() throws IOException {
    out.close();
    err.close();
    try (outFile) {
      errFile.close();
    }
  }

  private static final class Both extends OutputStream {
    private final OutputStream file;
    private final HostLog shown;

    Both(OutputStream file, HostLog shown) {
      this.file = file;
      this.shown = shown;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      file.write(bytes, offset, length);
      shown.write(bytes, offset, length);
    }
  }
}
