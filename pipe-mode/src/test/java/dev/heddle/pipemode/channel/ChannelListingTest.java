package dev.heddle.pipemode.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.MemoryStore;
import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ChannelListingTest {
  private final MemoryStore store = new MemoryStore();

  private static ChannelSource prefix(String uri, boolean sharded, OptionalLong seed) {
    return new ChannelSource(
        "train", ChannelSource.Kind.S3_PREFIX, ObjectUri.parse(uri), sharded, seed);
  }

  private ChannelListing list(String uri) throws Exception {
    return ChannelListing.resolve(store, prefix(uri, false, OptionalLong.empty()));
  }

  private ChannelListing manifest(String json) throws Exception {
    store.put("s3://lists/m.json", json);
    return ChannelListing.resolve(
        store,
        new ChannelSource(
            "train",
            ChannelSource.Kind.MANIFEST_FILE,
            ObjectUri.parse("s3://lists/m.json"),
            false,
            OptionalLong.empty()));
  }

  private static List<String> keys(List<ObjectInfo> objects) {
    return objects.stream().map(object -> object.uri().key()).toList();
  }

  private ChannelListing numbered(int count, boolean sharded, OptionalLong seed) throws Exception {
    for (int i = 0; i < count; i++) {
      store.put(String.format("s3://b/n/%05d", i), "x".repeat(i % 7));
    }
    return ChannelListing.resolve(store, prefix("s3://b/n/", sharded, seed));
  }

  @Test
  void aPrefixIsAPlainPrefixOfKeys() throws Exception {
    store.put("s3://b/train", "1");
    store.put("s3://b/train/x", "22");
    store.put("s3://b/train-2/x", "333");
    store.put("s3://b/trai", "no");
    ChannelListing listing = list("s3://b/train");
    assertEquals(List.of("train", "train-2/x", "train/x"), keys(listing.all()));
    assertEquals(6, listing.bytes());
    assertEquals(3, listing.size());
  }

  @Test
  void keysComeInTheOrderOfTheirUtf8Bytes() throws Exception {
    // As UTF-16 the last two would stand the other way round.
    List<String> keys = List.of("n/B", "n/a", "n/ü", "n/\uFF5E", "n/\uD83E\uDDF5");
    for (String key : keys) {
      store.put("s3://b/" + key, "x");
    }
    assertEquals(keys, keys(list("s3://b/n/").all()));
  }

  @Test
  void aServerThatListsInAnotherOrderIsPutRight() throws Exception {
    MemoryStore backwards =
        new MemoryStore() {
          @Override
          public synchronized void list(ObjectUri prefix, Consumer<ObjectInfo> each)
              throws ObjectStoreException {
            List<ObjectInfo> all = new ArrayList<>();
            super.list(prefix, all::add);
            Collections.reverse(all);
            all.forEach(each);
          }
        };
    backwards.put("s3://b/n/1", "x");
    backwards.put("s3://b/n/2", "xx");
    backwards.put("s3://b/n/3", "xxx");
    ChannelListing listing =
        ChannelListing.resolve(backwards, prefix("s3://b/n/", false, OptionalLong.empty()));
    assertEquals(List.of("n/1", "n/2", "n/3"), keys(listing.all()));
    assertEquals(3, listing.all().get(2).size());
    assertEquals(backwards.head(ObjectUri.parse("s3://b/n/2")).orElseThrow(), listing.all().get(1));
  }

  @Test
  void emptyKeysThatEndInASlashAreDirectoriesAndNoObjects() throws Exception {
    store.put("s3://b/n/", "");
    store.put("s3://b/n/empty/", "");
    store.put("s3://b/n/odd/", "has bytes");
    store.put("s3://b/n/x", "");
    ChannelListing listing = list("s3://b/n/");
    assertEquals(List.of("n/odd/", "n/x"), keys(listing.all()));
    assertEquals(List.of("n/", "n/empty/"), listing.directoryKeys());
  }

  @Test
  void aPrefixWithoutObjectsIsToldInSageMakersWords() {
    store.put("s3://b/n/", "");
    ObjectStoreException none = assertThrows(ObjectStoreException.class, () -> list("s3://b/n"));
    assertEquals(Kind.NOT_FOUND, none.kind());
    assertTrue(
        none.getMessage()
            .startsWith(
                "No S3 objects found under S3 URL \"s3://b/n\" given in input data source. Please"
                    + " ensure that the bucket exists"),
        none.getMessage());
  }

  @Test
  void whatIsStoredCompactlyComesBackAsItWas() throws Exception {
    List<String> etags =
        List.of(
            "\"0123456789abcdef0123456789abcdef\"",
            "\"0123456789ABCDEF0123456789ABCDEF\"",
            "\"0123456789abcdef0123456789abcdef-17\"",
            "W/\"weak\"",
            "");
    ObjectTable table = new ObjectTable(ObjectUri.parse("s3://b/p/"));
    List<ObjectInfo> all = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      ObjectUri uri = ObjectUri.parse("s3://b/p/" + i + "/ü".repeat(i % 40));
      ObjectInfo object = new ObjectInfo(uri, i * 1_000_000_007L, etags.get(i % etags.size()));
      all.add(object);
      table.add(object);
    }
    assertEquals(all, new Shard(table, new int[0], 0, 1));
  }

  @Test
  void aManifestKeepsItsOrderAndItsRepetitions() throws Exception {
    store.put("s3://b/p/a", "1");
    store.put("s3://b/p/z", "22");
    ChannelListing listing = manifest("[{\"prefix\": \"s3://b/p/\"}, \"z\", \"a\", \"z\"]");
    assertEquals(List.of("p/z", "p/a", "p/z"), keys(listing.all()));
    assertEquals(5, listing.bytes());
    assertEquals(store.head(ObjectUri.parse("s3://b/p/a")).orElseThrow(), listing.all().get(1));
  }

  @Test
  void aLongManifestIsAskedForInLots() throws Exception {
    StringBuilder json = new StringBuilder("[{\"prefix\":\"s3://b/p/\"}");
    for (int i = 0; i < 2500; i++) {
      store.put("s3://b/p/" + i, "x");
      json.append(",\"").append(i).append('"');
    }
    ChannelListing listing = manifest(json.append("]").toString());
    assertEquals(2500, listing.size());
    assertEquals("p/2499", listing.all().get(2499).uri().key());
  }

  @Test
  void anObjectThatAManifestNamesMustBeThere() {
    ObjectStoreException missing =
        assertThrows(
            ObjectStoreException.class, () -> manifest("[{\"prefix\":\"s3://b/p/\"},\"x\"]"));
    assertEquals(Kind.NOT_FOUND, missing.kind());
    assertTrue(
        missing
            .getMessage()
            .startsWith(
                "No S3 objects found under S3 URL \"s3://b/p/x\", which the manifest"
                    + " s3://lists/m.json names."),
        missing.getMessage());
  }

  @Test
  void aManifestThatIsMissingOrNamesNothingIsNotFound() {
    ObjectStoreException missing =
        assertThrows(
            ObjectStoreException.class,
            () ->
                ChannelListing.resolve(
                    store,
                    new ChannelSource(
                        "train",
                        ChannelSource.Kind.MANIFEST_FILE,
                        ObjectUri.parse("s3://lists/none"),
                        false,
                        OptionalLong.empty())));
    assertEquals(Kind.NOT_FOUND, missing.kind());
    ObjectStoreException empty =
        assertThrows(ObjectStoreException.class, () -> manifest("[{\"prefix\":\"s3://b/p/\"}]"));
    assertEquals(Kind.NOT_FOUND, empty.kind());
    assertTrue(empty.getMessage().contains("s3://lists/m.json"), empty.getMessage());
  }

  @Test
  void whatIsNoManifestIsRefusedWithItsLine() {
    store.put("s3://b/p/x", "1");
    List<String> wrong =
        List.of(
            "",
            "{}",
            "[]",
            "[\"s3://b/p/x\"]",
            "[{\"prefix\":\"s3://b/p/\",\"more\":1},\"x\"]",
            "[{\"Prefix\":\"s3://b/p/\"},\"x\"]",
            "[{\"prefix\":7},\"x\"]",
            "[{\"prefix\":\"\"},\"x\"]",
            "[{\"prefix\":\"http://b/p/\"},\"x\"]",
            "[{\"prefix\":\"s3://b/p/\"},7]",
            "[{\"prefix\":\"s3://b/p/\"},[\"x\"]]",
            "[{\"prefix\":\"s3://b/p/\"},{\"prefix\":\"s3://b/p/\"}]",
            "[{\"prefix\":\"s3://b\"},\"uck/x\"]",
            "[{\"prefix\":\"s3://b/p/\"},\"x\"",
            "[{\"prefix\":\"s3://b/p/\"},\"x\"]]",
            "[{\"prefix\":\"s3://b/p/\"},\"x\"] trailing",
            "[{\"prefix\":\"s3://b/p/\"},\"x\",]");
    for (String json : wrong) {
      ObjectStoreException refused =
          assertThrows(ObjectStoreException.class, () -> manifest(json), json);
      assertEquals(Kind.REFUSED, refused.kind(), json);
      assertTrue(
          refused.getMessage().startsWith("The manifest s3://lists/m.json is not valid: line "),
          refused.getMessage());
    }
  }

  @Test
  void everyHostGetsEverythingUnlessItIsSharded() throws Exception {
    ChannelListing listing = numbered(10, false, OptionalLong.empty());
    assertEquals(listing.all(), listing.forHost(2, 3, 0));
  }

  @Test
  void shardsPartTheListAmongAnyNumberOfHosts() throws Exception {
    ChannelListing listing = numbered(23, true, OptionalLong.of(5));
    for (int hosts = 1; hosts <= 30; hosts++) {
      List<String> dealt = new ArrayList<>();
      long bytes = 0;
      for (int i = 0; i < hosts; i++) {
        Shard shard = listing.forHost(i, hosts, 0);
        assertTrue(Math.abs(shard.size() - 23.0 / hosts) < 1, hosts + " hosts, host " + i);
        dealt.addAll(keys(shard));
        bytes += shard.bytes();
      }
      assertEquals(23, dealt.size());
      assertEquals(new HashSet<>(keys(listing.all())), new HashSet<>(dealt));
      assertEquals(listing.bytes(), bytes);
    }
  }

  @Test
  void objectsAreDealtLikeCards() throws Exception {
    ChannelListing listing = numbered(5, true, OptionalLong.empty());
    assertEquals(List.of("n/00000", "n/00003"), keys(listing.forHost(0, 3, 0)));
    assertEquals(List.of("n/00002"), keys(listing.forHost(2, 3, 0)));
    assertEquals(List.of(), keys(listing.forHost(6, 7, 0)));
  }

  @Test
  void theWholeListIsShuffledAnewInEveryEpochAndThenDealt() throws Exception {
    ChannelListing listing = numbered(200, true, OptionalLong.of(42));
    List<String> first = keys(listing.forHost(0, 2, 0));
    assertEquals(first, keys(listing.forHost(0, 2, 0)));
    assertNotEquals(first, keys(listing.forHost(0, 2, 1)));
    assertNotEquals(new HashSet<>(first), new HashSet<>(keys(listing.forHost(0, 2, 1))));
  }

  @Test
  void aHostThatIsntThereGetsNothing() throws Exception {
    ChannelListing listing = numbered(2, true, OptionalLong.empty());
    assertThrows(IllegalArgumentException.class, () -> listing.forHost(2, 2, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> listing.forHost(0, 2, 0).get(1));
  }
}
