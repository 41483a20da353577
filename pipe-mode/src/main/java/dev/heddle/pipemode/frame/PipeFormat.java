package dev.heddle.pipemode.frame;

import dev.heddle.pipemode.feed.EpochBytes;
import dev.heddle.pipemode.read.ParallelReader;
import dev.heddle.pipemode.read.PieceSource;
import java.nio.file.Path;

/**
 * What becomes of objects on their way into a pipe: decompressed first, made records of then.
 *
 * @param gunzip {@code CompressionType: Gzip}
 * @param recordIo {@code RecordWrapperType: RecordIO}
 */
public record PipeFormat(boolean gunzip, boolean recordIo) {
  public static final PipeFormat PLAIN = new PipeFormat(false, false);

  /**
   * Begins to read.
   *
   * @param channel for messages
   * @param scratch a directory for temporary files, which nobody else sees
   */
  public EpochBytes open(ParallelReader reader, PieceSource pieces, String channel, Path scratch) {
    if (!gunzip) {
      return new PlainBytes(reader.open(recordIo ? RecordIo.wrap(pieces, channel) : pieces, false));
    }
    Gunzip objects = Gunzip.open(pieces, each -> reader.open(each, true), channel);
    return recordIo ? new GunzipRecords(objects, scratch, channel) : objects;
  }
}
