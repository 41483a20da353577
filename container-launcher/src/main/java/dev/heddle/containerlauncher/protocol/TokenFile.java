package dev.heddle.containerlauncher.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * The file by which a NodeManager hands a container its tokens. An algorithm may be able to read
 * every file of its application, so the file goes as soon as its owner has read it.
 */
public final class TokenFile {
  private TokenFile() {}

  /** Unlinks the file and its checksum; call it once the process's credentials are in memory. */
  public static void unlink(Map<String, String> environment) throws IOException {
    String location = environment.get(UserGroupInformation.HADOOP_TOKEN_FILE_LOCATION);
    if (location != null) {
      Path file = Path.of(location);
      Files.deleteIfExists(file);
      Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
    }
  }
}
