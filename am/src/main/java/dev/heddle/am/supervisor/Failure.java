package dev.heddle.am.supervisor;

/**
 * What has befallen a host.
 *
 * @param reason the FailureReason, if the job ends by it
 * @param detail for the record of attempts: what was seen, one line
 */
record Failure(FailureCause cause, String host, String node, String reason, String detail) {}
