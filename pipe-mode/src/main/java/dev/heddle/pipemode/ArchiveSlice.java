package dev.heddle.pipemode;

import java.util.List;
import java.util.Optional;

/**
 * What one host has brought to a merged archive.
 *
 * @param parts the parts it wrote, ascending
 * @param tail the temporary object that holds what was too small for a part (S3 refuses parts under
 *     5 MiB but for the last); the host that writes the last part appends it
 */
public record ArchiveSlice(List<UploadedPart> parts, Optional<ObjectUri> tail) {
  public ArchiveSlice {
    parts = List.copyOf(parts);
  }
}
