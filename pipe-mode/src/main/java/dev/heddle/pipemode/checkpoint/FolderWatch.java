package dev.heddle.pipemode.checkpoint;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import dev.heddle.pipemode.archive.FileNames;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystem;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Tells which names of a tree of directories were touched, so that nobody needs to wait for the
 * next scan. It may miss some; where the kernel has no watches left it tells nothing. For use by
 * one thread.
 */
final class FolderWatch implements Closeable {
  private static final Logger LOG = LogManager.getLogger(FolderWatch.class);

  /** A directory that never comes to rest mustn't keep its watcher for ever. */
  private static final int MOST_KEYS_AT_ONCE = 1000;

  private record Directory(String name, Path path) {}

  private final Map<WatchKey, Directory> directories = new HashMap<>();
  private final Map<String, WatchKey> keys = new HashMap<>();
  // Null where there is none (any more).
  private WatchService service;

  FolderWatch(FileSystem files) {
    try {
      service = files.newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      without(e);
    }
  }

  private void without(Exception cause) {
    LOG.warn(
        "Changes in the checkpoint directory are found by scans alone; more of the kernel's"
            + " watches (fs.inotify.max_user_watches, max_user_instances) would find them sooner"
            + " ({})",
        cause.toString());
    close();
  }

  /** Watches a directory, unless one of that name is watched. */
  void ensure(String name, Path path) {
    if (!keys.containsKey(name)) {
      add(name, path);
    }
  }

  /** Watches a directory that is new by that name; a renamed one keeps its key. */
  void add(String name, Path path) {
    if (service == null) {
      return;
    }
    try {
      WatchKey key = path.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
      Directory former = directories.put(key, new Directory(name, path));
      if (former != null && !former.name.equals(name)) {
        keys.remove(former.name, key);
      }
      keys.put(name, key);
    } catch (NoSuchFileException | NotDirectoryException | AccessDeniedException e) {
      // The scan says so, too.
    } catch (IOException e) {
      without(e);
    }
  }

  /** Watches no directories of other names any more. */
  void retain(Set<String> names) {
    for (Iterator<Map.Entry<String, WatchKey>> each = keys.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<String, WatchKey> key = each.next();
      if (!names.contains(key.getKey())) {
        key.getValue().cancel();
        directories.remove(key.getValue());
        each.remove();
      }
    }
  }

  /**
   * Takes what was touched since it was last asked.
   *
   * @param touched by names relative to the root; what was touched may be anything, or gone
   * @return false when events were lost, which only a scan finds
   */
  boolean poll(Map<String, Path> touched) {
    boolean all = true;
    for (int i = 0; service != null && i < MOST_KEYS_AT_ONCE; i++) {
      WatchKey key = service.poll();
      if (key == null) {
        break;
      }
      Directory directory = directories.get(key);
      for (WatchEvent<?> event : key.pollEvents()) {
        if (event.kind() == OVERFLOW) {
          all = false;
        } else if (directory != null && event.context() instanceof Path child) {
          String segment = FileNames.text(child);
          touched.put(
              directory.name.isEmpty() ? segment : directory.name + "/" + segment,
              directory.path.resolve(child));
        }
      }
      if (!key.reset() && directory != null) {
        directories.remove(key);
        keys.remove(directory.name, key);
      }
    }
    return all;
  }

  @Override
  public void close() {
    WatchService open = service;
    service = null;
    directories.clear();
    keys.clear();
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("The watch didn't close", e);
      }
    }
  }
}
