package dev.heddle.pipemode.directory;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Multipart uploads whose parts are files, in a directory that any process can add to by the
 * upload's id.
 */
final class DirectoryUploads {
  /** In an upload's directory: the name of the object that it is for. */
  private static final String NAME = "name";

  String create(ObjectUri object) throws ObjectStoreException {
    Path file = FilePlaces.ofWritten(object);
    String id = UUID.randomUUID().toString();
    Path directory = FilePlaces.unfinished(file, id);
    try {
      try (FileChannel to = FilePlaces.make(directory.resolve(NAME))) {
        DirectoryStore.write(to, StandardCharsets.UTF_8.encode(file.getFileName().toString()));
      }
      return id;
    } catch (IOException e) {
      throw FileFaults.of("write", object, file, e);
    }
  }

  UploadedPart part(ObjectUri object, String id, int number, ByteBuffer body)
      throws ObjectStoreException {
    Path file = FilePlaces.ofWritten(object);
    long size = body.remaining();
    String etag = UUID.randomUUID().toString();
    Path directory = existing(object, file, id);
    Path fresh = directory.resolve("fresh." + etag);
    try {
      try (FileChannel to =
          FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        DirectoryStore.write(to, body);
      }
      Files.move(fresh, directory.resolve(name(number, etag)), StandardCopyOption.ATOMIC_MOVE);
      return new UploadedPart(number, "\"" + etag + "\"", size);
    } catch (IOException e) {
      throw FileFaults.of("write part " + number + " of", object, file, e);
    }
  }

  /**
   * Appends the parts to the first one, each of which then goes, so that the disk need not hold the
   * whole twice. What fails midway can only be given up.
   */
  void complete(ObjectUri object, String id, List<UploadedPart> parts) throws ObjectStoreException {
    Path file = FilePlaces.ofWritten(object);
    Path directory = existing(object, file, id);
    check(object, directory, parts);
    try {
      Path whole = part(directory, parts.get(0));
      try (FileChannel to = FileChannel.open(whole, StandardOpenOption.APPEND)) {
        for (UploadedPart part : parts.subList(1, parts.size())) {
          Path next = part(directory, part);
          try (FileChannel from = FileChannel.open(next, StandardOpenOption.READ)) {
            DirectoryStore.append(from, to);
          }
          Files.delete(next);
        }
      }
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
      remove(directory);
    } catch (IOException e) {
      throw FileFaults.of("complete", object, file, e);
    }
  }

  private static void check(ObjectUri object, Path directory, List<UploadedPart> parts)
      throws ObjectStoreException {
    int last = 0;
    for (UploadedPart part : parts) {
      if (part.number() <= last || !Files.exists(part(directory, part))) {
        throw refused(object, "part " + part.number() + " is not there, or not in its order");
      }
      last = part.number();
    }
    if (parts.isEmpty()) {
      throw refused(object, "it has no parts");
    }
  }

  List<String> open(ObjectUri object) throws ObjectStoreException {
    Path file = FilePlaces.ofWritten(object);
    List<String> ids = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(file.getParent())) {
      for (Path each : all) {
        String name = each.getFileName().toString();
        if (name.startsWith(FilePlaces.UNFINISHED) && isOf(file, each.resolve(NAME))) {
          ids.add(name.substring(FilePlaces.UNFINISHED.length()));
        }
      }
      return ids;
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw FileFaults.of("list the uploads of", object, file, e);
    }
  }

  private static boolean isOf(Path file, Path name) throws IOException {
    try {
      return Files.readString(name).equals(file.getFileName().toString());
    } catch (FileSystemException e) {
      return false; // a put's, which is a file, or one that has gone
    }
  }

  void abort(ObjectUri object, String id) throws ObjectStoreException {
    Path file = FilePlaces.ofWritten(object);
    try {
      remove(FilePlaces.unfinished(file, id));
    } catch (IOException e) {
      throw FileFaults.of("give up the upload of", object, file, e);
    }
  }

  private static void remove(Path directory) throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory)) {
      for (Path part : parts) {
        Files.deleteIfExists(part);
      }
    } catch (NoSuchFileException e) {
      return;
    }
    Files.deleteIfExists(directory);
    FilePlaces.prune(directory.getParent());
  }

  private static Path existing(ObjectUri object, Path file, String id) throws ObjectStoreException {
    Path directory = FilePlaces.unfinished(file, id);
    if (!Files.isDirectory(directory)) {
      throw new ObjectStoreException(
          Kind.NOT_FOUND, "Could not write " + object + ": there is no such upload.", null);
    }
    return directory;
  }

  private static Path part(Path directory, UploadedPart part) {
    return directory.resolve(name(part.number(), part.etag().replace("\"", "")));
  }

  private static String name(int number, String etag) {
    return String.format(Locale.ROOT, "part-%05d.%s", number, etag);
  }

  private static ObjectStoreException refused(ObjectUri object, String why) {
    return new ObjectStoreException(
        Kind.REFUSED, "Could not complete " + object + ": " + why + ".", null);
  }
}
