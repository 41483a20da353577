package dev.heddle.pipemode.hadoop;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.retry.Causes;
import dev.heddle.pipemode.retry.FaultKinds;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.token.SecretManager;

/** Tells the passing faults of Hadoop's file systems from lasting ones; both become sentences. */
final class HadoopFaults {
  private static final String DONT_WRITE = " Don't write to a job's input while the job runs.";

  private HadoopFaults() {}

  /** Whether the same call may well succeed later. */
  static boolean passing(Throwable failure) {
    return failure instanceof IOException
        && !missing(failure)
        && !denied(failure)
        && !unsupported(failure)
        && !String.valueOf(failure.getMessage()).startsWith("Filesystem closed");
  }

  static boolean missing(Throwable failure) {
    return Causes.find(failure, FileNotFoundException.class) != null;
  }

  private static boolean denied(Throwable failure) {
    return Causes.find(failure, AccessControlException.class) != null
        || Causes.find(failure, AccessDeniedException.class) != null
        || Causes.find(failure, SecretManager.InvalidToken.class) != null;
  }

  private static boolean unsupported(Throwable failure) {
    return Causes.find(failure, UnsupportedFileSystemException.class) != null
        || Causes.find(failure, ClassNotFoundException.class) != null
        || Causes.find(failure, LinkageError.class) != null;
  }

  /**
   * @param doing such as {@code read hdfs://nn/k}
   * @param tried how long a passing fault was tried again
   */
  static ObjectStoreException translate(
      String doing, ObjectUri uri, Throwable failure, Duration tried) {
    String could = "Could not " + doing + ": ";
    String why = reason(failure);
    if (denied(failure)) {
      return new ObjectStoreException(
          Kind.ACCESS_DENIED,
          could + "access is denied (" + why + "). Let the job's user read it.",
          failure);
    }
    if (missing(failure)) {
      return new ObjectStoreException(
          Kind.NOT_FOUND, could + "there is no such file (" + why + ").", failure);
    }
    if (unsupported(failure)) {
      return new ObjectStoreException(
          Kind.REFUSED,
          could
              + "Hadoop has no file system here for \""
              + uri.scheme()
              + "\" ("
              + why
              + "). Put its jars on the class path of the cluster's applications"
              + " (yarn.application.classpath) and of the client, and name it in core-site.xml (fs."
              + uri.scheme()
              + ".impl) where Hadoop doesn't know it by itself.",
          failure);
    }
    if (uri.bucket().isEmpty() && failure instanceof IOException && why.contains("no host")) {
      return new ObjectStoreException(
          Kind.REFUSED,
          could
              + why
              + ". Name the file system in the address ("
              + uri.scheme()
              + "://namenode/...), or set fs.defaultFS in core-site.xml.",
          failure);
    }
    if (failure instanceof IOException
        || Causes.find(failure, UnknownHostException.class) != null) {
      return new ObjectStoreException(
          Kind.UNREACHABLE,
          could + uri.scheme() + "://" + uri.bucket() + " fails: " + why + after(tried) + ".",
          failure);
    }
    return new ObjectStoreException(Kind.REFUSED, could + why + ".", failure);
  }

  /** How calls about a file are tried again. */
  static FaultKinds kinds(ObjectUri uri) {
    return new FaultKinds() {
      @Override
      public boolean passing(Exception failure) {
        return HadoopFaults.passing(failure);
      }

      @Override
      public boolean interrupted(Exception failure) {
        return Causes.interrupted(failure);
      }

      @Override
      public String reason(Exception failure) {
        return HadoopFaults.reason(failure);
      }

      @Override
      public ObjectStoreException translate(String doing, Exception failure, Duration tried) {
        return HadoopFaults.translate(doing, uri, failure, tried);
      }
    };
  }

  static ObjectStoreException replaced(ObjectUri uri) {
    return new ObjectStoreException(
        Kind.CHANGED,
        "Could not read " + uri + ": the file was replaced after it had been listed." + DONT_WRITE,
        null);
  }

  static ObjectStoreException vanished(ObjectUri prefix, Throwable failure) {
    return new ObjectStoreException(
        Kind.CHANGED,
        "Could not list "
            + prefix
            + ": a directory vanished meanwhile ("
            + reason(failure)
            + ")."
            + DONT_WRITE,
        failure);
  }

  private static String after(Duration tried) {
    return tried.isZero() ? "" : " (tried for " + Math.max(1, tried.toSeconds()) + " s)";
  }

  /** The cause in a few words, without a full stop and without a server's stack trace. */
  static String reason(Throwable failure) {
    Throwable told = failure;
    if (failure instanceof RemoteException remote) {
      told = remote.unwrapRemoteException();
    }
    UnknownHostException host = Causes.find(failure, UnknownHostException.class);
    String message = host == null ? told.getMessage() : "unknown host " + host.getMessage();
    if (message == null || message.isBlank()) {
      return told.getClass().getSimpleName();
    }
    String line = message.strip().lines().findFirst().orElse("");
    int hint = line.indexOf("; For more details see");
    String text = hint < 0 ? line : line.substring(0, hint);
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }
}
