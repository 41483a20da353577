package dev.heddle.pipemode.directory;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lists files as S3 lists keys: by plain prefix, in the order of the keys' bytes. A link counts as
 * what it leads to, but one to a directory isn't followed, since it might lead back.
 */
final class DirectoryListing {
  private final ObjectUri root;
  private final String prefix;
  private final Consumer<ObjectInfo> each;

  DirectoryListing(ObjectUri prefix, Consumer<ObjectInfo> each) {
    this.root = prefix.withKey("");
    this.prefix = prefix.key();
    this.each = each;
  }

  void run() throws IOException {
    int cut = prefix.lastIndexOf('/') + 1;
    below(prefix.substring(0, cut), prefix.substring(cut));
  }

  /**
   * @param parent a key that ends with a slash, or nothing
   * @param begin what names in it must begin with
   */
  private void below(String parent, String begin) throws IOException {
    // A directory's keys sort as if its name ended with a slash.
    TreeMap<String, Path> sorted = new TreeMap<>(DirectoryListing::compare);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/" + parent))) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.startsWith(begin) && !name.startsWith(FilePlaces.UNFINISHED)) {
          boolean directory = Files.isDirectory(entry) && !Files.isSymbolicLink(entry);
          sorted.put(directory ? name + "/" : name, entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return; // like a prefix that no key begins with
    }
    for (var entry : sorted.entrySet()) {
      String key = parent + entry.getKey();
      if (key.endsWith("/")) {
        below(key, "");
      } else {
        info(root.withKey(key), entry.getValue()).ifPresent(each);
      }
    }
  }

  private static int compare(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  /** Empty when it is no file, or none any more. */
  static Optional<ObjectInfo> info(ObjectUri object, Path file) throws IOException {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return found.isRegularFile()
          ? Optional.of(new ObjectInfo(object, found.size(), tag(found)))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if (String.valueOf(e.getReason()).contains("Not a directory")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** By which a file is told from the one that replaced it. */
  private static String tag(BasicFileAttributes file) {
    return "\""
        + file.fileKey()
        + "-"
        + file.lastModifiedTime().to(TimeUnit.NANOSECONDS)
        + "-"
        + file.size()
        + "\"";
  }
}
