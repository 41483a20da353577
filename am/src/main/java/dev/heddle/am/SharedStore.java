package dev.heddle.am;

import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.RoutedStore;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.directory.DirectoryStore;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.util.Optional;
import java.util.function.Supplier;

/** One store for the whole job, opened by the first who needs it. */
final class SharedStore implements Supplier<ObjectStore> {
  private final S3Access access;
  private final Optional<String> kmsKeyId;
  private final boolean localFiles;
  private ObjectStore store;

  /**
   * @param kmsKeyId null for none
   * @param localFiles whether {@code file:} is this machine's directories rather than refused
   */
  SharedStore(S3Access access, String kmsKeyId, boolean localFiles) {
    this.access = access;
    this.localFiles = localFiles;
    this.kmsKeyId = Optional.ofNullable(kmsKeyId).filter(id -> !id.isEmpty());
  }

  @Override
  public synchronized ObjectStore get() {
    if (store == null) {
      ObjectStore s3 = S3ObjectStore.open(access, kmsKeyId);
      store = localFiles ? new RoutedStore(s3, new DirectoryStore()) : s3;
    }
    return store;
  }
}
