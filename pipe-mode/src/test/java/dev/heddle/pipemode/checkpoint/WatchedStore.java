package dev.heddle.pipemode.checkpoint;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.UploadedPart;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A store in memory that notes what was done to it, and waits or fails where it is told to. */
final class WatchedStore implements ObjectStore {
  static final ObjectUri FOLDER = ObjectUri.parse("s3://bucket/job/ckpt");

  private final MemoryStore memory = new MemoryStore();
  private final List<String> done = new ArrayList<>();
  private final Map<String, Gate> gates = new ConcurrentHashMap<>();
  private final Map<String, Kind> failures = new ConcurrentHashMap<>();
  private final AtomicInteger failed = new AtomicInteger();

  /** Where a call waits. */
  static final class Gate {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    void awaitReached() throws InterruptedException {
      reached.await();
    }

    void release() {
      go.countDown();
    }
  }

  MemoryStore memory() {
    return memory;
  }

  /**
   * The call waits before it does anything, until an interrupt at most.
   *
   * @param call such as {@code put x}, {@code part 1 x}, {@code delete x}
   */
  Gate hold(String call) {
    Gate gate = new Gate();
    gates.put(call, gate);
    return gate;
  }

  /**
   * Calls that begin so fail.
   *
   * @param call as for {@link #hold}, or its beginning
   */
  void fail(String call, Kind kind) {
    failures.put(call, kind);
  }

  /** How many calls failed as they were told to. */
  int failed() {
    return failed.get();
  }

  void work() {
    failures.clear();
  }

  /** What succeeded, in its order. */
  List<String> done() {
    synchronized (done) {
      return List.copyOf(done);
    }
  }

  /** What succeeded that begins so. */
  List<String> done(String beginning) {
    return done().stream().filter(call -> call.startsWith(beginning)).toList();
  }

  /** The checkpoint's text; null when there is none. */
  String text(String name) {
    byte[] bytes = memory.bytes(FOLDER.child(name));
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  void put(String name, String text) {
    memory.put(FOLDER.child(name), ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** All names in the folder. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    try {
      memory.list(
          FOLDER.child(""),
          object -> names.add(object.uri().key().substring(FOLDER.child("").key().length())));
    } catch (ObjectStoreException e) {
      throw new IllegalStateException(e);
    }
    return names;
  }

  private String call(String what, ObjectUri object) throws ObjectStoreException {
    String call = what + " " + object.key().substring(FOLDER.child("").key().length());
    Gate gate = gates.get(call);
    if (gate != null) {
      gate.reached.countDown();
      try {
        gate.go.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ObjectStoreException(Kind.UNREACHABLE, "Stopped while trying to " + call, e);
      }
    }
    for (Map.Entry<String, Kind> failure : failures.entrySet()) {
      if (call.startsWith(failure.getKey())) {
        failed.incrementAndGet();
        throw new ObjectStoreException(
            failure.getValue(), "Could not " + call + ": told so.", null);
      }
    }
    return call;
  }

  private void note(String call) {
    synchronized (done) {
      done.add(call);
    }
  }

  @Override
  public void list(ObjectUri prefix, Consumer<ObjectInfo> each) throws ObjectStoreException {
    memory.list(prefix, each);
  }

  @Override
  public Optional<ObjectInfo> head(ObjectUri object) throws ObjectStoreException {
    call("head", object);
    return memory.head(object);
  }

  @Override
  public InputStream open(ObjectInfo object, long offset, long length) throws ObjectStoreException {
    String call = call("get", object.uri());
    InputStream in = memory.open(object, offset, length);
    note(call);
    return in;
  }

  @Override
  public String put(ObjectUri object, ByteBuffer body) throws ObjectStoreException {
    String call = call("put", object);
    String etag = memory.put(object, body);
    note(call);
    return etag;
  }

  @Override
  public void putFile(ObjectUri object, Path file) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(ObjectUri object) throws ObjectStoreException {
    String call = call("delete", object);
    memory.delete(object);
    note(call);
  }

  @Override
  public String createMultipart(ObjectUri object) throws ObjectStoreException {
    String call = call("create", object);
    String id = memory.createMultipart(object);
    note(call);
    return id;
  }

  @Override
  public UploadedPart uploadPart(ObjectUri object, String uploadId, int number, ByteBuffer body)
      throws ObjectStoreException {
    String call = call("part " + number, object);
    UploadedPart part = memory.uploadPart(object, uploadId, number, body);
    note(call);
    return part;
  }

  @Override
  public String completeMultipart(ObjectUri object, String uploadId, List<UploadedPart> parts)
      throws ObjectStoreException {
    String call = call("complete", object);
    String etag = memory.completeMultipart(object, uploadId, parts);
    note(call);
    return etag;
  }

  @Override
  public List<String> openMultiparts(ObjectUri object) throws ObjectStoreException {
    return memory.openMultiparts(object);
  }

  @Override
  public void abortMultipart(ObjectUri object, String uploadId) throws ObjectStoreException {
    String call = call("abort", object);
    memory.abortMultipart(object, uploadId);
    note(call);
  }

  @Override
  public void close() {}
}
