package dev.heddle.client.submit;

import dev.heddle.am.launch.JarResource;
import dev.heddle.am.launch.JvmLaunch;
import dev.heddle.client.session.CommandException;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * Heddle's jar on the cluster: uploaded once per content, under its hash, and readable by
 * everybody, so that YARN keeps one copy on each node for all jobs of all users (a PUBLIC
 * resource).
 */
final class PublicJar {
  private static final FsPermission DIRECTORY = new FsPermission((short) 0755);
  private static final FsPermission FILE = new FsPermission((short) 0644);
  private static final int BUFFER = 1 << 16;

  private final Configuration hadoop;
  private final Settings settings;
  private final Findings findings;

  PublicJar(Configuration hadoop, Settings settings, Findings findings) {
    this.hadoop = hadoop;
    this.settings = settings;
    this.findings = findings;
  }

  /** Uploads the jar where it isn't there yet. */
  JarResource publish(java.nio.file.Path jar) throws IOException, CommandException {
    Optional<String> configured = settings.text(Setting.PUBLIC_DIR);
    String user = UserGroupInformation.getCurrentUser().getShortUserName();
    Path root = new Path(configured.orElse("/tmp/heddle-" + user));
    FileSystem files = root.getFileSystem(hadoop);
    Path folder = files.makeQualified(new Path(root, sha256(jar)));
    Path target = new Path(folder, JvmLaunch.JAR);
    Optional<FileStatus> present = status(files, target);
    if (present.isEmpty()) {
      upload(files, jar, root, folder, target);
    }
    if (configured.isEmpty()) {
      // Anybody may write to /tmp: what others have put there must not run as this user.
      for (Path path : new Path[] {root, folder, target}) {
        requireOwn(files.getFileStatus(path), user);
      }
    }
    FileStatus status = files.getFileStatus(target);
    if (status.getLen() != Files.size(jar)) {
      throw CommandException.input(
          target + " is not the jar that its folder names; remove the folder and try again");
    }
    boolean shared = readableByAll(files, target);
    if (!shared) {
      findings.warning(
          target
              + " can't be read by everybody, so every job copies it to each of its nodes"
              + " (heddle.public-dir)");
    }
    return new JarResource(
        target.toString(), status.getLen(), status.getModificationTime(), shared);
  }

  private static void upload(
      FileSystem files, java.nio.file.Path jar, Path root, Path folder, Path target)
      throws IOException {
    // A umask may not take the world's permissions away here.
    for (Path directory : new Path[] {root, folder}) {
      if (status(files, directory).isEmpty()) {
        files.mkdirs(directory, DIRECTORY);
        files.setPermission(directory, DIRECTORY);
      }
    }
    Path part = new Path(folder, JvmLaunch.JAR + "." + UUID.randomUUID());
    try {
      try (OutputStream out = files.create(part, true, BUFFER)) {
        Files.copy(jar, out);
      }
      files.setPermission(part, FILE);
      if (!files.rename(part, target) && status(files, target).isEmpty()) {
        throw new IOException("could not rename " + part + " to " + target);
      }
    } finally {
      files.delete(part, false); // still there only if another client was faster, or on failure
    }
  }

  private static void requireOwn(FileStatus status, String user) throws CommandException {
    boolean othersWrite =
        status.getPermission().getGroupAction().implies(FsAction.WRITE)
            || status.getPermission().getOtherAction().implies(FsAction.WRITE);
    if (!status.getOwner().equals(user) || othersWrite) {
      throw CommandException.input(
          status.getPath()
              + " belongs to "
              + status.getOwner()
              + " or can be written by others, so it isn't trusted: remove it, or set"
              + " heddle.public-dir to a directory of your own");
    }
  }

  /** As a NodeManager decides it: the file readable, all directories above it searchable. */
  private static boolean readableByAll(FileSystem files, Path target) throws IOException {
    if (!files.getFileStatus(target).getPermission().getOtherAction().implies(FsAction.READ)) {
      return false;
    }
    for (Path above = target.getParent(); above != null; above = above.getParent()) {
      FsPermission permission = files.getFileStatus(above).getPermission();
      if (!permission.getOtherAction().implies(FsAction.EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  private static Optional<FileStatus> status(FileSystem files, Path path) throws IOException {
    try {
      return Optional.of(files.getFileStatus(path));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private static String sha256(java.nio.file.Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has SHA-256
    }
  }
}
