package dev.heddle.client.doctor;

import dev.heddle.client.job.JobRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the probe ended.
 *
 * @param applicationId empty when nothing was submitted
 * @param record the last one that was seen; empty when nothing was submitted
 * @param trouble why there are no reports; empty when it Completed
 * @param timedOut whether it was taken back because it took too long
 * @param reports of each host by its name, when it Completed
 * @param logged whether the cluster brought its log together; empty when nobody looked
 */
record ProbeOutcome(
    Optional<String> applicationId,
    Optional<JobRecord> record,
    String trouble,
    boolean timedOut,
    Map<String, ContainerReport> reports,
    Optional<Boolean> logged,
    Instant begun,
    Instant ended) {

  boolean completed() {
    return trouble.isEmpty();
  }

  /** The node of each host, by its name. */
  String node(String host) {
    return record.stream()
        .flatMap(job -> job.hosts().stream())
        .filter(each -> each.name().equals(host))
        .map(JobRecord.Host::node)
        .findFirst()
        .orElse("?");
  }

  List<String> notes() {
    return record.map(JobRecord::notes).orElse(List.of());
  }
}
