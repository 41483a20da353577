package dev.heddle.client.session;

/** The exit codes of every command; {@code client/README.md} explains them to users. */
public final class ExitCode {
  public static final int DONE = 0;

  /** {@code submit --wait}: the job Failed; {@code doctor}: something is to be changed. */
  public static final int FAILED = 1;

  /** Wrong usage, wrong input, or an unknown name. */
  public static final int INPUT = 2;

  /** {@code submit --wait}: the job was Stopped. */
  public static final int STOPPED = 3;

  /** The cluster or S3 could not be reached. */
  public static final int UNREACHABLE = 4;

  /** A fault of Heddle's own. */
  public static final int INTERNAL = 70;

  /** {@code submit --wait} was interrupted; the job goes on. */
  public static final int DETACHED = 130;

  private ExitCode() {}
}
