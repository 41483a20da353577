package dev.heddle.pipemode.hadoop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.retry.Backoff;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On Hadoop's own local file system, and on one that breaks on purpose. */
class HadoopObjectSourceTest {
  @TempDir private Path dir;
  private final Configuration hadoop = new Configuration();
  private final List<Duration> pauses = new ArrayList<>();
  private HadoopObjectSource source;

  @BeforeEach
  void open() {
    hadoop.setClass("fs.torn.impl", TornFileSystem.class, org.apache.hadoop.fs.FileSystem.class);
    source = source(true);
  }

  private HadoopObjectSource source(boolean localFiles) {
    return new HadoopObjectSource(
        new FileSystems(hadoop, localFiles),
        () -> new Backoff(Duration.ofMillis(1), () -> 0, pauses::add, () -> 0));
  }

  @AfterEach
  void close() {
    source.close();
  }

  private Path write(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private ObjectUri uri(String name) {
    return uri("file", name);
  }

  private ObjectUri uri(String scheme, String name) {
    return ObjectUri.parse(scheme + "://" + dir + "/" + name);
  }

  private Set<String> names(String prefix) throws ObjectStoreException {
    Set<String> names = new TreeSet<>();
    String base = uri("").key();
    source.list(
        uri(prefix),
        object -> {
          assertTrue(object.uri().key().startsWith(base), object.toString());
          names.add(object.uri().key().substring(base.length()));
        });
    return names;
  }

  private ObjectInfo listed(ObjectUri uri) throws ObjectStoreException {
    List<ObjectInfo> all = new ArrayList<>();
    source.list(uri, all::add);
    assertEquals(1, all.size(), all.toString());
    return all.get(0);
  }

  private static ObjectStoreException refusal(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(ObjectStoreException.class, call);
  }

  @Test
  void aPrefixIsAPlainPrefixAsInS3() throws Exception {
    for (String name :
        List.of("train/a", "train/deep/er/b", "train-2/c", "train.csv", "other/train", "trai")) {
      write(name, name);
    }
    Files.createDirectories(dir.resolve("train/empty"));
    assertEquals(Set.of("train-2/c", "train.csv", "train/a", "train/deep/er/b"), names("train"));
    assertEquals(Set.of("train/a", "train/deep/er/b"), names("train/"));
    assertEquals(Set.of("train/deep/er/b"), names("train/de"));
    assertEquals(6, names("").size());
  }

  @Test
  void hiddenAndEmptyFilesCountToo() throws Exception {
    write("in/_SUCCESS", "");
    write("in/.hidden", "h");
    write("in/50% a+b?.txt", "odd");
    assertEquals(Set.of("in/.hidden", "in/50% a+b?.txt", "in/_SUCCESS"), names("in/"));
    ObjectInfo odd = source.head(uri("in/50% a+b?.txt")).orElseThrow();
    try (InputStream in = source.open(odd, 0, 3)) {
      assertEquals("odd", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void whatIsNotThereListsNothing() throws Exception {
    write("in/file", "x");
    assertEquals(Set.of(), names("absent/"));
    assertEquals(Set.of(), names("absent/deeper/x"));
    assertEquals(Set.of(), names("in/g"));
    assertEquals(Set.of(), names("in/file/"));
    assertEquals(Set.of(), names("in/file/f"));
    assertEquals(Optional.empty(), source.head(uri("in/absent")));
    assertEquals(Optional.empty(), source.head(uri("in")));
    assertEquals(Optional.empty(), source.head(uri("in/file/")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///a//b", "file:///a/../b", "file:///./b", "file:////"})
  void aPathThatHadoopWouldReadOtherwiseIsRefused(String text) {
    ObjectUri odd = ObjectUri.parse(text);
    assertEquals(Kind.REFUSED, refusal(() -> source.list(odd, each -> {})).kind());
    assertEquals(Kind.REFUSED, refusal(() -> source.head(odd)).kind());
  }

  @Test
  void aListingAndAHeadTellTheSame() throws Exception {
    write("in/file", "four");
    ObjectInfo listed = listed(uri("in/file"));
    assertEquals(Optional.of(listed), source.head(uri("in/file")));
    assertEquals(4, listed.size());
    assertTrue(listed.etag().matches("\"\\d+-4\""), listed.etag());
  }

  @Test
  void aRangeIsReadExactly() throws Exception {
    byte[] bytes = new byte[300_000];
    new java.util.Random(7).nextBytes(bytes);
    Files.createDirectories(dir.resolve("in"));
    Files.write(dir.resolve("in/file"), bytes);
    ObjectInfo file = listed(uri("in/file"));
    try (InputStream in = source.open(file, 100_001, 150_000)) {
      assertArrayEquals(java.util.Arrays.copyOfRange(bytes, 100_001, 250_001), in.readAllBytes());
    }
    try (InputStream in = source.open(file, 300_000, 0)) {
      assertEquals(-1, in.read());
    }
    assertThrows(IllegalArgumentException.class, () -> source.open(file, 299_999, 2));
  }

  @Test
  void aReplacedFileFailsTheReadAndNamesIt() throws Exception {
    Path file = write("in/file", "the old");
    ObjectInfo old = listed(uri("in/file"));
    Files.writeString(file, "the new");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
    ObjectStoreException refusal = refusal(() -> source.open(old, 0, 7));
    assertEquals(Kind.CHANGED, refusal.kind());
    assertEquals(
        "Could not read "
            + uri("in/file")
            + ": the file was replaced after it had been listed. Don't write to a job's input while"
            + " the job runs.",
        refusal.getMessage());
    Files.delete(file);
    assertEquals(Kind.NOT_FOUND, refusal(() -> source.open(old, 0, 7)).kind());
  }

  @Test
  void aFileReplacedInTheMiddleOfARangeFailsTheRead() throws Exception {
    Path file = write("in/file", "x".repeat(1000));
    ObjectInfo old = listed(uri("torn", "in/file"));
    try (InputStream in = source.open(old, 0, 1000)) {
      assertEquals(TornFileSystem.PIECE, in.readNBytes(TornFileSystem.PIECE).length);
      Files.writeString(file, "short");
      ObjectStoreException refusal = refusal(in::read);
      assertEquals(Kind.CHANGED, refusal.kind(), refusal.getMessage());
    }
  }

  @Test
  void aStreamThatBreaksGoesOnWhereItBroke() throws Exception {
    String text = "0123456789".repeat(100);
    write("in/file", text);
    ObjectInfo file = listed(uri("torn", "in/file"));
    try (InputStream in = source.open(file, 5, 900)) {
      assertEquals(text.substring(5, 905), new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    assertTrue(pauses.size() >= 900 / TornFileSystem.PIECE - 1, pauses.toString());
  }

  @Test
  void aStreamThatNeverGetsOnIsGivenUp() throws Exception {
    write("in/dead", "dead");
    ObjectInfo file = listed(uri("torn", "in/dead"));
    java.util.concurrent.atomic.AtomicLong now = new java.util.concurrent.atomic.AtomicLong();
    try (HadoopObjectSource impatient =
        new HadoopObjectSource(
            new FileSystems(hadoop, false),
            () ->
                new Backoff(
                    Duration.ofSeconds(20),
                    now::get,
                    time -> now.addAndGet(time.toNanos()),
                    () -> 1))) {
      InputStream in = impatient.open(file, 0, 4);
      ObjectStoreException refusal = refusal(in::read);
      assertEquals(Kind.UNREACHABLE, refusal.kind());
      assertEquals(
          "Could not read "
              + uri("torn", "in/dead")
              + ": torn:// fails: the datanode is gone (tried for 20 s).",
          refusal.getMessage());
      in.close();
    }
  }

  @Test
  void anInterruptEndsTheRetriesAndStaysSet() throws Exception {
    write("in/dead", "dead");
    ObjectInfo file = listed(uri("torn", "in/dead"));
    InputStream in = source.open(file, 0, 4);
    Thread.currentThread().interrupt();
    ObjectStoreException refusal = refusal(in::read);
    assertTrue(Thread.interrupted());
    assertTrue(refusal.getMessage().startsWith("Stopped while trying to read torn:"));
    in.close();
  }

  @Test
  void aNodesOwnFilesAreNotAJobs() {
    try (HadoopObjectSource jobs = source(false)) {
      ObjectStoreException refusal = refusal(() -> jobs.head(uri("in/file")));
      assertEquals(Kind.REFUSED, refusal.kind());
      assertTrue(refusal.getMessage().contains("a job doesn't read the files of a node"));
    }
  }

  @Test
  void aSchemeWithoutAFileSystemIsRefusedWithTheRemedy() {
    ObjectStoreException refusal =
        refusal(() -> source.head(ObjectUri.parse("loom://warehouse/x")));
    assertEquals(Kind.REFUSED, refusal.kind());
    assertTrue(refusal.getMessage().contains("\"loom\""), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("fs.loom.impl"), refusal.getMessage());
    hadoop.set("fs.loom.impl", "no.such.FileSystem");
    assertEquals(
        Kind.REFUSED, refusal(() -> source.head(ObjectUri.parse("loom://warehouse/x"))).kind());
  }

  @Test
  void anAddressWithoutANameNeedsADefault() {
    ObjectStoreException refusal = refusal(() -> source.head(ObjectUri.parse("hdfs:///data/x")));
    assertEquals(Kind.REFUSED, refusal.kind());
    assertTrue(refusal.getMessage().contains("fs.defaultFS"), refusal.getMessage());
    hadoop.set("fs.defaultFS", URI.create("torn:///").toString());
    assertEquals(Kind.REFUSED, refusal(() -> source.head(ObjectUri.parse("hdfs:///x"))).kind());
  }

  @Test
  void aHostThatNobodyKnowsIsNamed() {
    ObjectStoreException refusal =
        refusal(() -> source.head(ObjectUri.parse("hdfs://no-such-host.invalid:8020/data/x")));
    assertEquals(Kind.UNREACHABLE, refusal.kind());
    assertTrue(refusal.getMessage().contains("hdfs://no-such-host.invalid:8020"));
    assertTrue(
        refusal.getMessage().contains("unknown host no-such-host.invalid"), refusal.getMessage());
  }

  @Test
  void whatTheUserMayNotReadIsDenied() throws Exception {
    write("in/locked", "x");
    ObjectStoreException read = refusal(() -> source.head(uri("torn", "denied/x")));
    assertEquals(Kind.ACCESS_DENIED, read.kind());
    assertTrue(read.getMessage().contains("Permission denied: user=weaver"), read.getMessage());
    ObjectStoreException list = refusal(() -> source.list(uri("torn", "denied/train"), each -> {}));
    assertEquals(Kind.ACCESS_DENIED, list.kind());
    assertTrue(list.getMessage().contains("end it with a slash"), list.getMessage());
  }

  @Test
  void whatIsClosedReadsNoMore() throws Exception {
    write("in/file", "x");
    ObjectInfo file = listed(uri("in/file"));
    source.close();
    assertEquals(Kind.REFUSED, refusal(() -> source.open(file, 0, 1)).kind());
  }

  @Test
  void aMillionFilesAreNotHeldAtOnce() throws Exception {
    // The local file system lists a whole directory, so it's the walk between directories that
    // must not collect: the first file comes before the last directory has been looked at.
    for (int i = 0; i < 20; i++) {
      write("many/d" + i + "/f", "x");
    }
    List<Integer> listedSoFar = new ArrayList<>();
    TornFileSystem.LISTINGS.set(0);
    source.list(uri("torn", "many/"), each -> listedSoFar.add(TornFileSystem.LISTINGS.get()));
    assertEquals(20, listedSoFar.size());
    assertTrue(listedSoFar.get(0) < 20, listedSoFar.toString());
  }
}
