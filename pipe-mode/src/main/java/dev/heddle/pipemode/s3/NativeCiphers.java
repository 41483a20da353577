package dev.heddle.pipemode.s3;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.heddle.pipemode.S3Access;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Ciphers in native code for TLS. Java's own decipher some hundred megabytes a second at best, and
 * some ten where the better compiler is switched off.
 */
public final class NativeCiphers {
  private static final Logger LOG = LogManager.getLogger(NativeCiphers.class);

  private NativeCiphers() {}

  /**
   * Makes them the first choice of this whole JVM, when S3 is reached over TLS; so it is for
   * programs of our own to call, at their start. Where they don't run (another processor, a
   * directory for temporary files without leave to execute) all stays as it is.
   */
  public static void preferFor(S3Access access) {
    if (access.endpoint().map(uri -> !"https".equals(uri.getScheme())).orElse(false)) {
      return;
    }
    try {
      AmazonCorrettoCryptoProvider.install();
      Throwable fault = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError();
      if (fault != null) {
        LOG.info("TLS uses Java's own ciphers: {}", fault.toString());
      }
    } catch (LinkageError | RuntimeException e) {
      LOG.info("TLS uses Java's own ciphers: {}", e.toString());
    }
  }
}
