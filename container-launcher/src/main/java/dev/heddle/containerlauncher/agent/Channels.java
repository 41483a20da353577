package dev.heddle.containerlauncher.agent;

import dev.heddle.containerlauncher.job.TrainingJobRequest.Channel;
import dev.heddle.containerlauncher.job.TrainingJobRequest.S3DataSource;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.channel.ChannelSource;
import dev.heddle.pipemode.frame.PipeFormat;
import java.util.List;
import java.util.OptionalLong;

/** Puts a request's channels into the words of pipe-mode. */
final class Channels {
  private Channels() {}

  static ChannelSource source(Channel channel) {
    S3DataSource source = channel.dataSource().s3DataSource();
    return new ChannelSource(
        channel.channelName(),
        kind(source),
        ObjectUri.parse(source.s3Uri()),
        source.attributeNames() == null ? List.of() : source.attributeNames(),
        "ShardedByS3Key".equals(source.s3DataDistributionType()),
        channel.shuffleConfig() == null || channel.shuffleConfig().seed() == null
            ? OptionalLong.empty()
            : OptionalLong.of(channel.shuffleConfig().seed()));
  }

  private static ChannelSource.Kind kind(S3DataSource source) {
    return switch (source.s3DataType()) {
      case "ManifestFile" -> ChannelSource.Kind.MANIFEST_FILE;
      case "AugmentedManifestFile" -> ChannelSource.Kind.AUGMENTED_MANIFEST_FILE;
      default -> ChannelSource.Kind.S3_PREFIX;
    };
  }

  static PipeFormat format(Channel channel) {
    return new PipeFormat(
        "Gzip".equals(channel.compressionType()), "RecordIO".equals(channel.recordWrapperType()));
  }
}
