package dev.heddle.pipemode;

/**
 * How much a directory holds.
 *
 * @param files regular files and symbolic links
 * @param bytes the regular files' bytes
 */
public record TreeSize(long files, long bytes) {
  public static final TreeSize EMPTY = new TreeSize(0, 0);
}
