package dev.heddle.pipemode.channel;

import dev.heddle.pipemode.ObjectUri;
import java.util.List;
import java.util.OptionalLong;

/**
 * Where a channel's data comes from (SageMaker's {@code Channel} and {@code S3DataSource}).
 *
 * @param name the channel's name
 * @param uri for {@link Kind#S3_PREFIX} a plain string prefix of keys, else the manifest
 * @param attributeNames which values of an augmented manifest's lines are read, in this order;
 *     empty for the other kinds
 * @param sharded whether each host gets its share only ({@code ShardedByS3Key}), else everything
 * @param shuffleSeed {@code ShuffleConfig.Seed}; empty leaves the listing's order
 */
public record ChannelSource(
    String name,
    Kind kind,
    ObjectUri uri,
    List<String> attributeNames,
    boolean sharded,
    OptionalLong shuffleSeed) {

  public ChannelSource {
    attributeNames = List.copyOf(attributeNames);
  }

  /** A source other than an augmented manifest. */
  public ChannelSource(
      String name, Kind kind, ObjectUri uri, boolean sharded, OptionalLong shuffleSeed) {
    this(name, kind, uri, List.of(), sharded, shuffleSeed);
  }

  /** {@code S3DataType}. */
  public enum Kind {
    S3_PREFIX,
    MANIFEST_FILE,
    AUGMENTED_MANIFEST_FILE
  }
}
