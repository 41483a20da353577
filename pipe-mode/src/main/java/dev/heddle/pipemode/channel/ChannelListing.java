package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All objects of a channel, in one order for every host: by the keys' UTF-8 bytes for a prefix, as
 * written for a manifest. Zero-byte keys that end in a slash are no objects here; they only make
 * directories in File mode.
 */
public final class ChannelListing {
  private static final int[] AS_LISTED = {};

  private final ChannelSource source;
  private final ObjectUri prefix;
  private final ObjectTable objects;
  private final List<String> directoryKeys;
  private final long bytes;

  private ChannelListing(
      ChannelSource source, ObjectUri prefix, ObjectTable objects, List<String> directoryKeys) {
    this.source = source;
    this.prefix = prefix;
    this.objects = objects;
    this.directoryKeys = List.copyOf(directoryKeys);
    long sum = 0;
    for (int i = 0; i < objects.size(); i++) {
      sum += objects.bytes(i);
    }
    bytes = sum;
  }

  /**
   * Lists a channel.
   *
   * @throws ObjectStoreException of kind {@code NOT_FOUND} when the prefix, the manifest or an
   *     object that the manifest names has nothing (SageMaker refuses such a job when it is
   *     created), of kind {@code REFUSED} when the manifest isn't one
   * @throws InterruptedException when the thread was interrupted
   */
  public static ChannelListing resolve(ObjectSource store, ChannelSource source)
      throws IOException, InterruptedException {
    return switch (source.kind()) {
      case S3_PREFIX -> ofPrefix(store, source);
      case MANIFEST_FILE -> ofManifest(store, source);
      case AUGMENTED_MANIFEST_FILE ->
          throw new IllegalArgumentException("an augmented manifest lists no objects: " + source);
    };
  }

  private static ChannelListing ofPrefix(ObjectSource store, ChannelSource source)
      throws ObjectStoreException {
    Collector collector = new Collector(source.uri());
    try {
      store.list(source.uri(), collector::add);
    } catch (ObjectStoreException e) {
      throw e.kind() == Kind.NOT_FOUND ? nothingUnder(source.uri(), e) : e;
    }
    if (collector.objects.size() == 0) {
      throw nothingUnder(source.uri(), null);
    }
    if (!collector.sorted) {
      collector.objects.sort();
    }
    return collector.listing(source);
  }

  private static ChannelListing ofManifest(ObjectSource store, ChannelSource source)
      throws IOException, InterruptedException {
    Manifest manifest = new Manifest(store, source.uri());
    Collector[] collector = new Collector[1];
    manifest.read(
        prefix -> collector[0] = new Collector(prefix), object -> collector[0].add(object));
    if (collector[0].objects.size() == 0) {
      throw new ObjectStoreException(
          Kind.NOT_FOUND,
          "No S3 objects found under S3 URL \""
              + source.uri()
              + "\": the manifest names none. Please ensure that it lists at least one object"
              + " after its prefix.",
          null);
    }
    return collector[0].listing(source);
  }

  /** SageMaker's words for it, which people know and search for. */
  static ObjectStoreException nothingUnder(ObjectUri uri, Throwable cause) {
    return new ObjectStoreException(
        Kind.NOT_FOUND,
        "No S3 objects found under S3 URL \""
            + uri
            + "\" given in input data source. Please ensure that "
            + (uri.inS3()
                ? "the bucket exists in the selected region, that objects exist under that S3"
                    + " prefix, and that the job's credentials have \"s3:ListBucket\" permissions"
                    + " on bucket \""
                    + uri.bucket()
                    + "\"."
                : "files exist under that path, and that the job's user may read them."),
        cause);
  }

  public ChannelSource source() {
    return source;
  }

  /** How many objects the channel has, 1 or more. */
  public int size() {
    return objects.size();
  }

  /** The sum of all objects' sizes. */
  public long bytes() {
    return bytes;
  }

  /** All objects in the listing's order. */
  public Shard all() {
    return new Shard(objects, AS_LISTED, 0, 1);
  }

  /**
   * What a host gets in an epoch: the whole list is shuffled, where the source says so, by the seed
   * and the epoch, and then dealt out like cards, where the source says so. Shards of a sharded
   * channel may be empty.
   *
   * @param index which host, from 0, among those that get the channel
   * @param hosts how many get the channel
   * @param epoch from 0; always 0 in File mode
   */
  public Shard forHost(int index, int hosts, int epoch) {
    if (index < 0 || index >= hosts || epoch < 0) {
      throw new IllegalArgumentException("host " + index + " of " + hosts + ", epoch " + epoch);
    }
    int[] order =
        source.shuffleSeed().isPresent()
            ? Shuffle.permutation(objects.size(), source.shuffleSeed().getAsLong(), epoch)
            : AS_LISTED;
    return source.sharded()
        ? new Shard(objects, order, index, hosts)
        : new Shard(objects, order, 0, 1);
  }

  /** The address that all the channel's objects begin with: the source's, or the manifest's. */
  ObjectUri prefix() {
    return prefix;
  }

  List<String> directoryKeys() {
    return directoryKeys;
  }

  private static final class Collector {
    private final ObjectUri prefix;
    private final ObjectTable objects;
    private final List<String> directoryKeys = new ArrayList<>();
    private boolean sorted = true;

    Collector(ObjectUri prefix) {
      this.prefix = prefix;
      objects = new ObjectTable(prefix);
    }

    void add(ObjectInfo object) {
      String key = object.uri().key();
      if (object.size() == 0 && key.endsWith("/")) {
        directoryKeys.add(key);
        return;
      }
      objects.add(object);
      int last = objects.size() - 1;
      sorted &= last == 0 || objects.compareKeys(last - 1, last) < 0;
    }

    ChannelListing listing(ChannelSource source) {
      return new ChannelListing(source, prefix, objects, directoryKeys);
    }
  }
}
