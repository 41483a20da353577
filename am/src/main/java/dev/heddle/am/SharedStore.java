package dev.heddle.am;

import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.util.Optional;
import java.util.function.Supplier;

/** One store for the whole process, opened by the first who needs it. */
final class SharedStore implements Supplier<ObjectStore> {
  private final S3Access access;
  private final Optional<String> kmsKeyId;
  private ObjectStore store;

  /**
   * @param kmsKeyId null for none
   */
  SharedStore(S3Access access, String kmsKeyId) {
    this.access = access;
    this.kmsKeyId = Optional.ofNullable(kmsKeyId).filter(id -> !id.isEmpty());
  }

  @Override
  public synchronized ObjectStore get() {
    if (store == null) {
      store = S3ObjectStore.open(access, kmsKeyId);
    }
    return store;
  }
}
