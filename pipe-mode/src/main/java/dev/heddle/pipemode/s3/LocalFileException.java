package dev.heddle.pipemode.s3;

import java.io.IOException;

/** What was to be sent couldn't be read on this machine, which no second try will change. */
final class LocalFileException extends IOException {
  private static final long serialVersionUID = 1L;

  LocalFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
