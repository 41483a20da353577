package dev.heddle.am.supervisor;

/**
 * What follows when a host is lost ({@code heddle.fault.policy}).
 *
 * @param tolerated percent of the hosts that may be missing; used by {@link Kind#TOLERATE} alone
 */
public record FaultPolicy(Kind kind, int tolerated) {

  /** The kinds of policy. */
  public enum Kind {
    /** All hosts stop and start together. */
    JOB,
    /** The lost host alone is started again, into the running job. */
    HOST,
    /** The job goes on without it. */
    TOLERATE
  }

  public static final FaultPolicy JOB = new FaultPolicy(Kind.JOB, 0);

  /**
   * @param text {@code job}, {@code host} or {@code tolerate:P%}
   */
  public static FaultPolicy parse(String text) {
    if (text.startsWith("tolerate:")) {
      String percent = text.substring("tolerate:".length(), text.length() - 1);
      return new FaultPolicy(Kind.TOLERATE, Integer.parseInt(percent));
    }
    return text.equals("host") ? new FaultPolicy(Kind.HOST, 0) : JOB;
  }

  /** Whether so many of the hosts may be missing. */
  boolean tolerates(int missing, int hosts) {
    return kind == Kind.TOLERATE && 100L * missing <= (long) tolerated * hosts;
  }
}
