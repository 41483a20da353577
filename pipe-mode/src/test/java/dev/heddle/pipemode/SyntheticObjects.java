package dev.heddle.pipemode;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Objects whose bytes are computed: each MiB of an object is one random MiB, turned by a number
 * that the key and the MiB's place give. So no two places of a channel look alike, and nothing has
 * to be stored.
 */
final class SyntheticObjects {
  private static final int BLOCK = 1 << 20;
  private static final long SEED = 20_260_713;

  /** S3's order. */
  private static final Comparator<String> BY_UTF8 =
      Comparator.comparing(key -> key.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private final NavigableMap<String, Long> sizes = new ConcurrentSkipListMap<>(BY_UTF8);

  /** The random block twice, so that it can be read from any place on. */
  private final ByteBuffer pattern = ByteBuffer.allocateDirect(2 * BLOCK);

  SyntheticObjects() {
    byte[] block = new byte[BLOCK];
    new SplittableRandom(SEED).nextBytes(block);
    pattern.put(block).put(block).flip();
  }

  void put(String key, long size) {
    sizes.put(key, size);
  }

  Optional<Long> size(String key) {
    return Optional.ofNullable(sizes.get(key));
  }

  /** The keys behind a key, that one left out, in S3's order. */
  NavigableMap<String, Long> after(String key) {
    return sizes.tailMap(key, false);
  }

  NavigableMap<String, Long> from(String key) {
    return sizes.tailMap(key, true);
  }

  static String etag(String key, long size) {
    return String.format("\"%016x%016x\"", hash(key), size);
  }

  /**
   * Some bytes of an object, as many as are at hand.
   *
   * @param most 1 or more
   */
  ByteBuffer bytes(String key, long offset, long most) {
    int within = (int) (offset % BLOCK);
    int turn = (int) mix(hash(key) + offset / BLOCK) & (BLOCK - 1);
    int length = (int) Math.min(BLOCK - within, most);
    return pattern.duplicate().position(turn + within).limit(turn + within + length);
  }

  /** SHA-256 of all objects with the prefix, one behind the other, in hexadecimal digits. */
  String sha256(String prefix) {
    MessageDigest digest = newDigest();
    from(prefix)
        .forEach(
            (key, size) -> {
              if (key.startsWith(prefix)) {
                update(digest, key, size);
              }
            });
    return HexFormat.of().formatHex(digest.digest());
  }

  private void update(MessageDigest digest, String key, long size) {
    long at = 0;
    while (at < size) {
      ByteBuffer bytes = bytes(key, at, size - at);
      at += bytes.remaining();
      digest.update(bytes);
    }
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long hash(String key) {
    long hash = SEED;
    for (int i = 0; i < key.length(); i++) {
      hash = mix(hash + key.charAt(i));
    }
    return hash;
  }

  /** SplitMix64's. */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
