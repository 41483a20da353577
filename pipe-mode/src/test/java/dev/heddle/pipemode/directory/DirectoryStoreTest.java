package dev.heddle.pipemode.directory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TransferPool;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest {
  @TempDir private Path directory;
  private final DirectoryStore store = new DirectoryStore();
  private ObjectUri root;

  @BeforeEach
  void root() {
    root = ObjectUri.parse("file://" + directory);
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private String read(ObjectInfo object) throws IOException {
    try (InputStream in = store.open(object, 0, object.size())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> keys(ObjectUri prefix) throws ObjectStoreException {
    List<String> keys = new ArrayList<>();
    store.list(prefix, each -> keys.add(each.uri().toString().substring(root.toString().length())));
    return keys;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void whatIsPutIsRead() throws IOException {
    ByteBuffer body = text("hello");

    String tag = store.put(root.child("a/b.txt"), body);

    assertEquals(5, body.remaining());
    ObjectInfo found = store.head(root.child("a/b.txt")).orElseThrow();
    assertEquals(tag, found.etag());
    assertEquals(5, found.size());
    assertEquals("hello", read(found));
    assertEquals("hello", Files.readString(directory.resolve("a/b.txt")));
    try (InputStream in = store.open(found, 1, 3)) {
      assertEquals("ell", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void aWholeFileIsPut() throws IOException {
    byte[] much = new byte[3 << 20];
    Arrays.fill(much, (byte) 7);
    Path file = Files.write(directory.resolve("source"), much);

    store.putFile(root.child("to/file"), file);

    assertArrayEquals(much, Files.readAllBytes(directory.resolve("to/file")));
  }

  /** S3 lists keys by their bytes, and a slash is only one of them. */
  @Test
  void aListingHasTheOrderOfTheKeys() throws IOException {
    for (String key : List.of("t/a/x", "t/a-b", "t/a.b", "t/a0", "t/b", "t/é", "train-2/z", "u")) {
      store.put(root.child(key), text(key));
    }

    assertEquals(
        List.of("/t/a-b", "/t/a.b", "/t/a/x", "/t/a0", "/t/b", "/t/é"), keys(root.child("t/")));
    assertEquals(
        List.of("/t/a-b", "/t/a.b", "/t/a/x", "/t/a0", "/t/b", "/t/é", "/train-2/z"),
        keys(root.child("t")));
    assertEquals(List.of("/t/a/x"), keys(root.child("t/a/")));
    assertEquals(List.of(), keys(root.child("nothing/at/all")));
    assertEquals(List.of(), keys(root.child("u/below-a-file")));
  }

  @Test
  void whatWasReplacedIsNotReadForWhatWasListed() throws IOException {
    store.put(root.child("k"), text("one"));
    ObjectInfo listed = store.head(root.child("k")).orElseThrow();
    String second = store.put(root.child("k"), text("two"));

    assertNotEquals(listed.etag(), second);
    ObjectStoreException refusal =
        assertThrows(ObjectStoreException.class, () -> store.open(listed, 0, 3));
    assertEquals(Kind.CHANGED, refusal.kind());
  }

  @Test
  void aDeletedObjectIsGoneAndAMissingOneIsNoError() throws IOException {
    store.put(root.child("a/k"), text("x"));

    store.delete(root.child("a/k"));
    store.delete(root.child("a/k"));

    assertTrue(store.head(root.child("a/k")).isEmpty());
    assertTrue(Files.isDirectory(directory.resolve("a")), "somebody may stand in it");
  }

  @Test
  void theDirectoryOfTemporaryObjectsGoesWithTheLastOfThem() throws IOException {
    store.put(root.child("out/.tails/1"), text("x"));
    store.put(root.child("out/.tails/2"), text("x"));

    store.delete(root.child("out/.tails/1"));
    assertEquals(List.of("/out/.tails/2"), keys(root.child("out")));
    store.delete(root.child("out/.tails/2"));

    assertFalse(Files.exists(directory.resolve("out/.tails")));
    assertTrue(Files.exists(directory.resolve("out")));
  }

  @Test
  void partsOfSeveralProcessesBecomeOneObject() throws IOException {
    ObjectUri object = root.child("out/model.tar.gz");
    String id = store.createMultipart(object);
    DirectoryStore other = new DirectoryStore();
    UploadedPart third = other.uploadPart(object, id, 30, text("three"));
    UploadedPart first = store.uploadPart(object, id, 1, text("one "));
    UploadedPart again = store.uploadPart(object, id, 2, text("never taken"));
    UploadedPart second = store.uploadPart(object, id, 2, text("two "));
    assertNotEquals(again.etag(), second.etag());
    assertEquals(List.of(), keys(root.child("out")));
    assertEquals(List.of(id), other.openMultiparts(object));
    assertEquals(List.of(), other.openMultiparts(root.child("out/model.tar")));

    String tag = other.completeMultipart(object, id, List.of(first, second, third));

    ObjectInfo whole = store.head(object).orElseThrow();
    assertEquals(tag, whole.etag());
    assertEquals("one two three", read(whole));
    assertEquals(List.of(), store.openMultiparts(object));
    assertEquals(List.of(directory.resolve("out/model.tar.gz")), files());
    ObjectStoreException gone =
        assertThrows(
            ObjectStoreException.class,
            () -> store.completeMultipart(object, id, List.of(first, second, third)));
    assertEquals(Kind.NOT_FOUND, gone.kind());
  }

  @Test
  void anUploadWithAMissingPartIsRefusedAndCanBeGivenUp() throws IOException {
    ObjectUri object = root.child("model");
    String id = store.createMultipart(object);
    UploadedPart one = store.uploadPart(object, id, 1, text("x"));
    UploadedPart missing = new UploadedPart(2, "\"none\"", 1);

    assertThrows(
        ObjectStoreException.class,
        () -> store.completeMultipart(object, id, List.of(one, missing)));
    assertThrows(
        ObjectStoreException.class, () -> store.completeMultipart(object, id, List.of(one, one)));
    store.abortMultipart(object, id);
    store.abortMultipart(object, id);

    assertEquals(List.of(), files());
    ObjectStoreException late =
        assertThrows(ObjectStoreException.class, () -> store.uploadPart(object, id, 2, text("y")));
    assertEquals(Kind.NOT_FOUND, late.kind());
  }

  @Test
  void manyMayPutIntoTheSameTemporaryPlaceAtOnce() throws IOException, InterruptedException {
    try (TransferPool pool = new TransferPool("puts", 8)) {
      pool.runAll(
          IntStream.range(0, 400)
              .<TransferPool.Work>mapToObj(
                  i ->
                      () -> {
                        store.put(root.child(".tails/" + i), text("x"));
                        store.delete(root.child(".tails/" + i));
                      })
              .iterator());
    }

    assertEquals(List.of(), files());
  }

  @Test
  void whatIsNoFilesAddressIsRefused() {
    for (String wrong :
        List.of(
            "file://there/k", "file:///a//b", "file:///a/../b", "file:///a/.heddle-unfinished.x")) {
      ObjectStoreException refusal =
          assertThrows(
              ObjectStoreException.class,
              () -> store.put(ObjectUri.parse(wrong), text("x")),
              wrong);
      assertEquals(Kind.REFUSED, refusal.kind());
    }
  }

  @Test
  void aFileIsNoPartOfANameAndADirectoryIsNoObject() throws IOException {
    store.put(root.child("a"), text("x"));
    Files.createDirectories(directory.resolve("d"));

    String below =
        assertThrows(ObjectStoreException.class, () -> store.put(root.child("a/b"), text("x")))
            .getMessage();
    assertTrue(below.contains(directory.resolve("a") + " is no directory"), below);
    String on =
        assertThrows(ObjectStoreException.class, () -> store.createMultipart(root.child("d")))
            .getMessage();
    assertTrue(on.contains("it is a directory"), on);
    assertTrue(store.head(root.child("d")).isEmpty());
    assertTrue(store.head(root.child("a/b")).isEmpty());
  }
}
