package dev.heddle.client.doctor;

import dev.heddle.client.job.JobRecord;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How the probe ended.
 *
 * @param applicationId empty when nothing was submitted
 * @param record the last one that was seen; empty when nothing was submitted
 * @param trouble why there are no reports; empty when it Completed
 * @param diagnostics what YARN says of the application; may be empty
 * @param reports of each host by its name, when it Completed
 * @param logged whether the cluster brought its log together; empty when nobody looked
 */
record ProbeOutcome(
    Optional<String> applicationId,
    Optional<JobRecord> record,
    String trouble,
    String diagnostics,
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

  /** When the job's ApplicationMaster had heard of the end of all algorithms. */
  Optional<Instant> algorithmsEnded() {
    return record.stream()
        .flatMap(job -> job.transitions().stream())
        .filter(transition -> transition.status().equals("Uploading"))
        .map(JobRecord.Transition::start)
        .findFirst();
  }
}
