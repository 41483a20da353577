package dev.heddle.pipemode.archive;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TestS3Server;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ArchiveUploadTest {
  private static final int MIB = 1 << 20;
  private static final ObjectUri OBJECT = ObjectUri.parse("s3://bucket/job/model.tar.gz");

  @TempDir private Path directory;
  private final MemoryStore memory = new MemoryStore();
  private final AtomicLong sent = new AtomicLong();

  private static ObjectUri tail(int host) {
    return ObjectUri.parse("s3://bucket/job/.tails/" + host);
  }

  private static byte[] noise(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private Path tree(String name) throws IOException {
    return Files.createDirectories(directory.resolve(name));
  }

  /** Everything that the agents and the supervisor do together. */
  private void upload(ObjectStore store, List<Path> roots, int partSize) throws IOException {
    List<TreeSize> sizes = new ArrayList<>();
    for (Path root : roots) {
      sizes.add(ArchiveUpload.survey(root));
    }
    PartPlan plan = PartPlan.of(sizes, partSize);
    String id = store.createMultipart(OBJECT);
    ArchiveUpload upload = new ArchiveUpload(store, sent::addAndGet);
    List<UploadedPart> parts = new ArrayList<>();
    List<ObjectUri> tails = new ArrayList<>();
    for (int i = 0; i < roots.size(); i++) {
      ArchiveSlice slice = upload.slice(roots.get(i), plan.target(i, OBJECT, id), tail(i));
      parts.addAll(slice.parts());
      slice.tail().ifPresent(tails::add);
    }
    parts.addAll(upload.finish(plan.endTarget(OBJECT, id), tails));
    store.completeMultipart(OBJECT, id, parts);
    for (ObjectUri tail : tails) {
      store.delete(tail);
    }
  }

  private static final class Member {
    private final TarArchiveEntry entry;
    private final byte[] body;

    Member(TarArchiveEntry entry, byte[] body) {
      this.entry = entry;
      this.body = body;
    }

    TarArchiveEntry entry() {
      return entry;
    }

    byte[] body() {
      return body;
    }
  }

  private static Map<String, Member> read(byte[] archive) throws IOException {
    Map<String, Member> members = new LinkedHashMap<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            GzipCompressorInputStream.builder()
                .setDecompressConcatenated(true)
                .setInputStream(new ByteArrayInputStream(archive))
                .get(),
            StandardCharsets.UTF_8.name())) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        members.put(e.getName(), new Member(e, tar.readAllBytes()));
      }
    }
    return members;
  }

  private List<String> listedByTar(byte[] archive) throws Exception {
    Path file = Files.write(directory.resolve("archive.tar.gz"), archive);
    Process tar =
        new ProcessBuilder("tar", "--quoting-style=literal", "-tzf", file.toString())
            .redirectError(directory.resolve("tar.err").toFile())
            .start();
    String names = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = tar.waitFor();
    assertEquals("", Files.readString(directory.resolve("tar.err")));
    assertEquals(0, exit);
    return names.lines().toList();
  }

  @Test
  void allSortsOfEntriesComeBackAsTheyWere() throws Exception {
    Path root = tree("model");
    String longName = "n".repeat(150) + "/" + "m".repeat(200);
    Files.createDirectories(root.resolve(longName).getParent());
    Files.writeString(root.resolve(longName), "long");
    Files.writeString(root.resolve("a"), "first");
    Files.writeString(root.resolve("b"), "");
    Files.createDirectories(root.resolve("empty dir"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("a"));
    Files.createSymbolicLink(root.resolve("out"), Path.of("/etc"));
    Files.createSymbolicLink(root.resolve("longlink"), Path.of("x".repeat(180)));
    Files.createLink(root.resolve("hard"), root.resolve("a"));
    Files.setPosixFilePermissions(root.resolve("b"), PosixFilePermissions.fromString("rwxr-x---"));
    Files.setLastModifiedTime(root.resolve("a"), FileTime.fromMillis(1_600_000_000_123L));
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(root.resolve("socket")));
      upload(memory, List.of(root), PartPlan.DEFAULT_PART_SIZE);
    }
    byte[] archive = memory.bytes(OBJECT);
    Map<String, Member> members = read(archive);
    List<String> names =
        List.of(
            "a",
            "b",
            "empty dir/",
            "hard",
            "link",
            "longlink",
            "n".repeat(150) + "/",
            longName,
            "out");
    assertEquals(names, List.copyOf(members.keySet()));
    assertEquals(names, listedByTar(archive));
    assertArrayEquals("first".getBytes(StandardCharsets.UTF_8), members.get("a").body());
    assertArrayEquals("first".getBytes(StandardCharsets.UTF_8), members.get("hard").body());
    assertArrayEquals("long".getBytes(StandardCharsets.UTF_8), members.get(longName).body());
    assertEquals("a", members.get("link").entry().getLinkName());
    assertTrue(members.get("out").entry().isSymbolicLink());
    assertEquals("/etc", members.get("out").entry().getLinkName());
    assertEquals("x".repeat(180), members.get("longlink").entry().getLinkName());
    assertEquals(0750, members.get("b").entry().getMode() & 07777);
    assertEquals(
        FileTime.fromMillis(1_600_000_000_000L), members.get("a").entry().getLastModifiedTime());
    assertTrue(members.get("empty dir/").entry().isDirectory());
    assertEquals(1, memory.count());
  }

  @Test
  void theSameTreeMakesTheSameArchive() throws Exception {
    Path root = tree("model");
    for (int i = 30; i > 0; i--) {
      Files.writeString(root.resolve("f" + i), "x" + i);
    }
    upload(memory, List.of(root), PartPlan.DEFAULT_PART_SIZE);
    byte[] once = memory.bytes(OBJECT);
    upload(memory, List.of(root), PartPlan.DEFAULT_PART_SIZE);
    assertArrayEquals(once, memory.bytes(OBJECT));
  }

  @Test
  void aSurveyCountsFilesAndLinksWithoutFollowingThem() throws IOException {
    Path root = tree("model");
    Files.write(root.resolve("a"), new byte[100]);
    Files.createDirectories(root.resolve("d"));
    Files.write(root.resolve("d/b"), new byte[23]);
    Files.createSymbolicLink(root.resolve("l"), root.resolve("a"));
    assertEquals(new TreeSize(3, 123), ArchiveUpload.survey(root));
    assertEquals(TreeSize.EMPTY, ArchiveUpload.survey(directory.resolve("none")));
  }

  @Test
  void severalHostsTreesBecomeOneArchiveOnAServerWithS3sLimits() throws Exception {
    Path big = tree("big");
    Files.write(big.resolve("weights"), noise(23 * MIB, 1));
    Path small = tree("small");
    Files.writeString(small.resolve("note"), "from the second");
    Path none = directory.resolve("none");
    Path middle = tree("middle");
    Files.write(middle.resolve("m1"), noise(4 * MIB, 2));
    Files.write(middle.resolve("m2"), noise(3 * MIB, 3));
    Path almost = tree("almost");
    Files.write(almost.resolve("a1"), noise(4 * MIB, 4));
    try (TestS3Server server = new TestS3Server();
        S3ObjectStore store = S3ObjectStore.open(server.access())) {
      server.createBucket("bucket");
      upload(store, List.of(big, small, none, middle, almost), 5 * MIB);
      ObjectInfo object = store.head(OBJECT).orElseThrow();
      byte[] archive;
      try (InputStream in = store.open(object, 0, object.size())) {
        archive = in.readAllBytes();
      }
      assertTrue(sent.get() >= object.size());
      Map<String, Member> members = read(archive);
      assertEquals(List.of("weights", "m1", "m2", "note", "a1"), List.copyOf(members.keySet()));
      assertArrayEquals(noise(23 * MIB, 1), members.get("weights").body());
      assertArrayEquals(noise(3 * MIB, 3), members.get("m2").body());
      assertArrayEquals(noise(4 * MIB, 4), members.get("a1").body());
      assertEquals(List.of("weights", "m1", "m2", "note", "a1"), listedByTar(archive));
      List<ObjectInfo> all = new ArrayList<>();
      store.list(ObjectUri.parse("s3://bucket/"), all::add);
      assertEquals(List.of(object), all);
    }
  }

  @Test
  void aPartThatIsTooSmallGoesToTheTail() throws IOException {
    Path root = tree("model");
    Files.write(root.resolve("x"), noise(5 * MIB - 4096, 1));
    ArchiveSlice slice = slice(root, new MultipartTarget(OBJECT, id(), 1, 5, 5 * MIB));
    assertEquals(List.of(), slice.parts());
    assertEquals(Optional.of(tail(0)), slice.tail());
  }

  @Test
  void theLastPartIsNeverSmallerThanFiveMebibytes() throws IOException {
    for (int size = 5 * MIB; size < 17 * MIB; size += 1_777_777) {
      Path root = tree("model" + size);
      Files.write(root.resolve("x"), noise(size, size));
      ArchiveSlice slice = slice(root, new MultipartTarget(OBJECT, id(), 7, 20, 6 * MIB));
      assertEquals(Optional.empty(), slice.tail());
      long sum = 0;
      int number = 7;
      for (UploadedPart part : slice.parts()) {
        assertEquals(number++, part.number());
        assertTrue(part.size() >= 5 * MIB && part.size() < 11 * MIB, "" + part);
        sum += part.size();
      }
      assertTrue(sum >= size);
    }
  }

  @Test
  void anEmptyTreeBringsNothing() throws IOException {
    ArchiveSlice slice = slice(tree("model"), new MultipartTarget(OBJECT, id(), 1, 0, 5 * MIB));
    assertEquals(new ArchiveSlice(List.of(), Optional.empty()), slice);
    assertEquals(0, memory.count());
  }

  @Test
  void anArchiveThatOutgrowsItsPartsFailsClearly() throws IOException {
    Path root = tree("model");
    Files.write(root.resolve("x"), noise(12 * MIB, 1));
    MultipartTarget target = new MultipartTarget(OBJECT, id(), 3, 3, 5 * MIB);
    IOException failure = assertThrows(IOException.class, () -> slice(root, target));
    assertTrue(
        failure.getMessage().startsWith("Could not write " + OBJECT + ": it has grown beyond"),
        failure.getMessage());
  }

  /** Changes a file's length as soon as a part of it has gone. */
  private byte[] uploadWhileItChanges(Path root, int newLength) throws IOException {
    AtomicBoolean changed = new AtomicBoolean();
    MemoryStore changing =
        new MemoryStore() {
          @Override
          public UploadedPart uploadPart(
              ObjectUri object, String uploadId, int number, ByteBuffer body)
              throws ObjectStoreException {
            if (changed.compareAndSet(false, true)) {
              try (RandomAccessFile file = new RandomAccessFile(root.resolve("a").toFile(), "rw")) {
                file.setLength(newLength);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            }
            return super.uploadPart(object, uploadId, number, body);
          }
        };
    upload(changing, List.of(root), 5 * MIB);
    return changing.bytes(OBJECT);
  }

  @Test
  void aFileThatShrinksIsFilledUpWithZeros() throws Exception {
    Path root = tree("model");
    Files.write(root.resolve("a"), noise(60 * MIB, 1));
    Files.writeString(root.resolve("b"), "after it");
    Map<String, Member> members = read(uploadWhileItChanges(root, MIB));
    byte[] body = members.get("a").body();
    assertEquals(60 * MIB, body.length);
    assertEquals(noise(60 * MIB, 1)[0], body[0]);
    assertArrayEquals(new byte[1000], Arrays.copyOfRange(body, 60 * MIB - 1000, 60 * MIB));
    assertEquals("after it", new String(members.get("b").body(), StandardCharsets.UTF_8));
  }

  @Test
  void aFileThatGrowsKeepsTheSizeThatWasTold() throws Exception {
    Path root = tree("model");
    Files.write(root.resolve("a"), noise(30 * MIB, 1));
    Files.writeString(root.resolve("b"), "after it");
    Map<String, Member> members = read(uploadWhileItChanges(root, 50 * MIB));
    assertArrayEquals(noise(30 * MIB, 1), members.get("a").body());
    assertEquals("after it", new String(members.get("b").body(), StandardCharsets.UTF_8));
  }

  @Test
  void aFileThatCannotBeReadFailsByName() {
    // The kernel lets nobody read a write-only file of sysfs, root included.
    Path root = Path.of("/sys/bus/cpu");
    AccessDeniedException failure =
        assertThrows(
            AccessDeniedException.class,
            () -> slice(root, new MultipartTarget(OBJECT, id(), 1, 5, 5 * MIB)));
    Path named = Path.of(failure.getFile());
    assertTrue(named.startsWith(root) && Files.isRegularFile(named), failure.toString());
  }

  @Test
  void noMoreThanTwoPartsAreSentAtOnce() throws Exception {
    Path root = tree("model");
    Files.write(root.resolve("x"), noise(40 * MIB, 1));
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    MemoryStore counting =
        new MemoryStore() {
          @Override
          public UploadedPart uploadPart(
              ObjectUri object, String uploadId, int number, ByteBuffer body)
              throws ObjectStoreException {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
              return super.uploadPart(object, uploadId, number, body);
            } finally {
              running.decrementAndGet();
            }
          }
        };
    upload(counting, List.of(root), 5 * MIB);
    assertTrue(most.get() >= 1 && most.get() <= 2, "" + most.get());
    assertArrayEquals(noise(40 * MIB, 1), read(counting.bytes(OBJECT)).get("x").body());
  }

  @Test
  void aFailedPartEndsItAndLeavesNoThreads() throws IOException {
    Path root = tree("model");
    Files.write(root.resolve("x"), noise(40 * MIB, 1));
    ObjectStoreException refused =
        new ObjectStoreException(ObjectStoreException.Kind.UNREACHABLE, "gone", null);
    MemoryStore failing =
        new MemoryStore() {
          @Override
          public UploadedPart uploadPart(
              ObjectUri object, String uploadId, int number, ByteBuffer body)
              throws ObjectStoreException {
            if (number == 3) {
              throw refused;
            }
            return super.uploadPart(object, uploadId, number, body);
          }
        };
    IOException failure =
        assertThrows(IOException.class, () -> upload(failing, List.of(root), 5 * MIB));
    assertEquals(refused, failure);
    assertNoUploadThreads();
  }

  @Test
  void anInterruptEndsAnUploadThatWaits() throws Exception {
    Path root = tree("model");
    Files.write(root.resolve("x"), noise(40 * MIB, 1));
    CountDownLatch begun = new CountDownLatch(2);
    MemoryStore hanging =
        new MemoryStore() {
          @Override
          public UploadedPart uploadPart(
              ObjectUri object, String uploadId, int number, ByteBuffer body)
              throws ObjectStoreException {
            begun.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            throw new ObjectStoreException(ObjectStoreException.Kind.UNREACHABLE, "stopped", null);
          }
        };
    AtomicReference<Throwable> end = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread thread =
        new Thread(
            () -> {
              try {
                upload(hanging, List.of(root), 5 * MIB);
              } catch (IOException e) {
                end.set(e);
              }
              flag.set(Thread.currentThread().isInterrupted());
            });
    thread.start();
    begun.await();
    thread.interrupt();
    thread.join(20_000);
    assertFalse(thread.isAlive());
    assertTrue(end.get() instanceof IOException, String.valueOf(end.get()));
    assertTrue(flag.get());
    assertNoUploadThreads();
  }

  private static void assertNoUploadThreads() {
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("upload-part")));
  }

  @Test
  void aTailThatIsGoneIsNamed() throws IOException {
    MultipartTarget end = new MultipartTarget(OBJECT, id(), 9_999, 10_000, 8 * MIB);
    ObjectStoreException gone =
        assertThrows(
            ObjectStoreException.class,
            () -> new ArchiveUpload(memory, sent::addAndGet).finish(end, List.of(tail(4))));
    assertEquals(ObjectStoreException.Kind.NOT_FOUND, gone.kind());
    assertTrue(gone.getMessage().contains(tail(4).toString()), gone.getMessage());
  }

  private String id() throws IOException {
    return memory.createMultipart(OBJECT);
  }

  private ArchiveSlice slice(Path root, MultipartTarget target) throws IOException {
    return new ArchiveUpload(memory, sent::addAndGet).slice(root, target, tail(0));
  }
}
