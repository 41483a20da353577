package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.DiskFullException;
import dev.heddle.pipemode.DiskReserve;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.archive.FileNames;
import dev.heddle.pipemode.channel.LocalNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Makes a directory equal to a listing. What differs or isn't listed is removed first, which gives
 * the disk its room; then what is missing is fetched, each file beside the directory until it is
 * whole.
 */
final class FolderRestore {
  private static final Logger LOG = LogManager.getLogger(FolderRestore.class);
  private static final long RANGE = 8L << 20;
  private static final int BUFFER = 256 << 10;
  private static final long BLOCK = 4096;

  private final ObjectSource store;
  private final ObjectUri folder;
  private final Path directory;
  private final Path scratch;
  private final SyncedFiles synced;

  /**
   * @param folder ends in a slash, unless it is a whole bucket
   * @param scratch on the same file system; what is in it is removed
   */
  FolderRestore(
      ObjectSource store, ObjectUri folder, Path directory, Path scratch, SyncedFiles synced) {
    this.store = store;
    this.folder = folder;
    this.directory = directory;
    this.scratch = scratch;
    this.synced = synced;
  }

  /** An object on its way. */
  private record Fetch(ObjectInfo object, String name, Path part, Path file, AtomicInteger left) {
    static int ranges(long bytes) {
      return (int) Math.max(1, (bytes + RANGE - 1) / RANGE);
    }
  }

  void run(
      List<CheckpointEntry> listing, TransferPool pool, DiskReserve reserve, LongConsumer received)
      throws IOException, InterruptedException {
    Set<String> directories = CheckpointListing.check(folder, listing);
    Map<String, CheckpointEntry> missing = new HashMap<>();
    listing.forEach(entry -> missing.put(entry.name(), entry));
    synced.retain(Set.copyOf(missing.keySet()));
    Files.createDirectories(directory);
    empty(scratch);
    Files.createDirectories(scratch);
    List<Path> surplus = new ArrayList<>();
    survey("", directory, directories, missing, surplus);
    synced.names().removeAll(missing.keySet());
    requireRoom(missing, surplus, reserve);
    for (Path each : surplus) {
      removeTree(each);
    }
    try {
      // In the listing's order, so that neighbours have one parent.
      List<Fetch> fetches = begin(listing.stream().filter(e -> missing.containsKey(e.name())));
      Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
      pool.runAll(
          fetches.stream()
              .flatMap(
                  fetch ->
                      IntStream.range(0, Fetch.ranges(fetch.object.size()))
                          .<TransferPool.Work>mapToObj(
                              range -> () -> fetch(fetch, range, buffers, received)))
              .iterator());
    } catch (IOException e) {
      IOException told = DiskFullException.explain(e, directory);
      if (told instanceof DiskFullException) {
        // The node stays in service only if the disk gets its room back.
        synced.clear();
        empty(directory);
      }
      throw told;
    } finally {
      empty(scratch);
    }
    LOG.info(
        "The checkpoints of {} are there: {} files, of which {} were fetched",
        folder,
        listing.size(),
        missing.size());
  }

  /**
   * Finds what is to be removed, and takes from the missing entries those that are there. Links
   * aren't followed, and are never an object's file.
   */
  private void survey(
      String name,
      Path at,
      Set<String> directories,
      Map<String, CheckpointEntry> missing,
      List<Path> surplus)
      throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(at)) {
      for (Path child : children) {
        String segment = FileNames.text(child.getFileName());
        String childName = name.isEmpty() ? segment : name + "/" + segment;
        BasicFileAttributes attributes =
            Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isDirectory() && directories.contains(childName)) {
          survey(childName, child, directories, missing, surplus);
        } else if (attributes.isRegularFile()
            && isSame(missing.get(childName), FileStamp.of(attributes))) {
          missing.remove(childName);
        } else {
          surplus.add(child);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private boolean isSame(CheckpointEntry entry, FileStamp stamp) {
    SyncedFiles.Synced known = entry == null ? null : synced.get(entry.name());
    return known != null
        && !entry.etag().isEmpty()
        && known.etag().equals(entry.etag())
        && known.stamp().equals(stamp);
  }

  private void requireRoom(
      Map<String, CheckpointEntry> missing, List<Path> surplus, DiskReserve reserve)
      throws IOException {
    long needed = 0;
    for (CheckpointEntry entry : missing.values()) {
      needed += (entry.size() + BLOCK - 1) / BLOCK * BLOCK;
    }
    long freed = 0;
    for (Path each : surplus) {
      freed += size(each);
    }
    reserve.require(
        directory, Math.max(0, needed - freed), "The checkpoint directory of " + folder);
  }

  private static long size(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      long sum = 0;
      for (Path each : (Iterable<Path>) all::iterator) {
        BasicFileAttributes attributes =
            Files.readAttributes(each, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        sum += attributes.isRegularFile() ? attributes.size() : 0;
      }
      return sum;
    }
  }

  private List<Fetch> begin(Stream<CheckpointEntry> missing) throws IOException {
    LocalNames names = CheckpointListing.names(folder);
    Set<Path> made = new HashSet<>(Set.of(directory));
    List<Fetch> fetches = new ArrayList<>();
    for (CheckpointEntry entry : (Iterable<CheckpointEntry>) missing::iterator) {
      ObjectInfo object = new ObjectInfo(folder.child(entry.name()), entry.size(), entry.etag());
      Path file = names.resolve(directory, object.uri().key());
      if (made.add(file.getParent())) {
        Files.createDirectories(file.getParent());
      }
      fetches.add(
          new Fetch(
              object,
              entry.name(),
              scratch.resolve(Integer.toString(fetches.size())),
              file,
              new AtomicInteger(Fetch.ranges(entry.size()))));
    }
    return fetches;
  }

  private void fetch(Fetch fetch, int range, Queue<ByteBuffer> buffers, LongConsumer received)
      throws IOException {
    ByteBuffer pooled = buffers.poll();
    ByteBuffer buffer = pooled == null ? ByteBuffer.allocateDirect(BUFFER) : pooled;
    try (FileChannel out =
        FileChannel.open(fetch.part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long offset = range * RANGE;
      out.position(offset);
      store.copy(
          fetch.object,
          offset,
          Math.min(RANGE, fetch.object.size() - offset),
          buffer,
          bytes -> {
            while (bytes.hasRemaining()) {
              received.accept(out.write(bytes));
            }
          });
    } finally {
      buffers.add(buffer);
    }
    if (fetch.left.decrementAndGet() == 0) {
      Files.move(fetch.part, fetch.file, StandardCopyOption.ATOMIC_MOVE);
      synced.put(fetch.name, fetch.object.etag(), FileStamp.of(fetch.file));
    }
  }

  private static void empty(Path directory) throws IOException {
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
        for (Path child : children) {
          removeTree(child);
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
  }

  private static void removeTree(Path tree) throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
