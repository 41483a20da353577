package dev.heddle.pipemode.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.UploadedPart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {

  /** Archives a tree in a JVM of its own. */
  static final class Archive {
    private Archive() {}

    public static void main(String[] arguments) throws IOException {
      MemoryStore store = new MemoryStore();
      ObjectUri object = ObjectUri.parse("s3://bucket/model.tar.gz");
      String id = store.createMultipart(object);
      ObjectUri tail = object.child("tail");
      ArchiveUpload upload = new ArchiveUpload(store, bytes -> {});
      upload.slice(Path.of(arguments[0]), new MultipartTarget(object, id, 1, 0, 8 << 20), tail);
      List<UploadedPart> parts =
          upload.finish(new MultipartTarget(object, id, 1, 1, 8 << 20), List.of(tail));
      store.completeMultipart(object, id, parts);
      Files.write(Path.of(arguments[1]), store.bytes(object));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void namesAreUtf8InAnyLocale(String locale, @TempDir Path directory) throws Exception {
    Path archive = directory.resolve("archive");
    run(
        locale,
        directory,
        "sh",
        "-c",
        "mkdir -p tree/äö/日本 && echo x > tree/äö/日本/ü && ln -s ../äö/日本 tree/link"
            + " && ln -s /étc tree/out && echo y > tree/plain");
    run(
        locale,
        directory,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        Archive.class.getName(),
        directory.resolve("tree").toString(),
        archive.toString());
    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(archive))),
            StandardCharsets.UTF_8.name())) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        names.add(e.getName() + (e.isSymbolicLink() ? " -> " + e.getLinkName() : ""));
      }
    }
    assertEquals(
        List.of("link -> ../äö/日本", "out -> /étc", "plain", "äö/", "äö/日本/", "äö/日本/ü"), names);
  }

  private static void run(String locale, Path directory, String... command) throws Exception {
    Path script = directory.resolve("command");
    Path said = directory.resolve("said");
    ProcessBuilder builder = new ProcessBuilder(command);
    if (command[0].equals("sh")) {
      // As a file, because a JVM passes arguments on in its own locale.
      Files.writeString(script, command[2]);
      builder = new ProcessBuilder("sh", script.toString()).directory(directory.toFile());
    }
    builder.environment().put("LC_ALL", locale);
    Process process = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertEquals(0, process.waitFor(), Files.readString(said));
  }
}
