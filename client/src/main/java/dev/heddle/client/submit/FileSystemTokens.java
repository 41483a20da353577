package dev.heddle.client.submit;

import dev.heddle.pipemode.ObjectUri;
import java.io.IOException;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.Credentials;

/** The delegation tokens with which a job's hosts read channels of a cluster with Kerberos. */
final class FileSystemTokens {
  private FileSystemTokens() {}

  /**
   * Asks each file system, and those that it mounts, for a token, unless the credentials have it.
   *
   * @param roots such as {@code hdfs://namenode:8020/}
   * @param renewer the ResourceManager's principal: it renews them while the job runs
   * @throws IOException naming the file system that gives none
   */
  static void add(
      Configuration hadoop, Set<ObjectUri> roots, String renewer, Credentials credentials)
      throws IOException {
    for (ObjectUri root : roots) {
      try {
        new Path(root.toString()).getFileSystem(hadoop).addDelegationTokens(renewer, credentials);
      } catch (IOException e) {
        throw new IOException(root + " gives no delegation token: " + e.getMessage(), e);
      }
    }
  }
}
