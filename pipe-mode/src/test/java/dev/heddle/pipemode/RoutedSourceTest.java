package dev.heddle.pipemode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.heddle.pipemode.channel.ChannelListing;
import dev.heddle.pipemode.channel.ChannelSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RoutedSourceTest {
  private final MemoryStore s3 = new MemoryStore();
  private final MemoryStore others = new MemoryStore();
  private final RoutedSource routed = new RoutedSource(s3, others);

  private static List<String> uris(ObjectSource source, String prefix) throws Exception {
    List<String> uris = new ArrayList<>();
    source.list(ObjectUri.parse(prefix), object -> uris.add(object.uri().toString()));
    return uris;
  }

  @Test
  void theSchemeSaysWhoIsAsked() throws Exception {
    s3.put("s3://b/a", "in S3");
    others.put("hdfs://nn/a", "in HDFS");
    assertEquals(List.of("s3://b/a"), uris(routed, "s3://b/"));
    assertEquals(List.of("hdfs://nn/a"), uris(routed, "hdfs://nn/"));
    ObjectInfo file = routed.head(ObjectUri.parse("hdfs://nn/a")).orElseThrow();
    assertEquals(
        "in HDFS",
        new String(
            routed.open(file, 0, 7).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void aManifestInOneMayNameWhatLiesInTheOther() throws Exception {
    s3.put("s3://b/manifest", "[{\"prefix\": \"hdfs://nn/data/\"}, \"y\", \"x\"]");
    others.put("hdfs://nn/data/x", "1");
    others.put("hdfs://nn/data/y", "22");
    ChannelListing listing =
        ChannelListing.resolve(
            routed,
            new ChannelSource(
                "train",
                ChannelSource.Kind.MANIFEST_FILE,
                ObjectUri.parse("s3://b/manifest"),
                false,
                OptionalLong.empty()));
    assertEquals(2, listing.size());
    assertEquals(ObjectUri.parse("hdfs://nn/data/y"), listing.all().get(0).uri());
  }
}
