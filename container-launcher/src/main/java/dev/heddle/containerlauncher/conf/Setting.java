package dev.heddle.containerlauncher.conf;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Every {@code heddle.*} property there is; {@code heddle-default.xml} explains each. */
public enum Setting {
  STAGING_DIR("heddle.staging-dir"),
  PUBLIC_DIR("heddle.public-dir"),
  QUEUE("heddle.queue"),
  PLACEMENT("heddle.placement"),
  GANG_TIMEOUT("heddle.gang.timeout"),
  GANG_BACKOFF_MIN("heddle.gang.backoff.min"),
  GANG_BACKOFF_MAX("heddle.gang.backoff.max"),
  INSTANCE_TYPES("heddle.instance-types"),
  AM_MEMORY("heddle.am.memory-mb"),
  AM_VCORES("heddle.am.vcores"),
  AM_MAX_ATTEMPTS("heddle.am.max-attempts"),
  AM_FAILURES_VALIDITY("heddle.am.failures-validity"),
  AM_JAVA_OPTIONS("heddle.am.java-options"),
  AGENT_MEMORY("heddle.agent.memory-mb"),
  AGENT_JAVA_OPTIONS("heddle.agent.java-options"),
  AGENT_SUSPECT_AFTER("heddle.agent.suspect-after"),
  AGENT_LEASE("heddle.agent.lease"),
  AGENT_AM_PATIENCE("heddle.agent.am-patience"),
  AGENT_HEARTBEAT("heddle.agent.heartbeat"),
  JAVA_HOME("heddle.java.home"),
  STOP_GRACE("heddle.stop.grace"),
  FAULT_POLICY("heddle.fault.policy"),
  FAULT_SETTLE("heddle.fault.settle"),
  RESTART_GRACE("heddle.restart.grace"),
  RESTART_PLATFORM_ATTEMPTS("heddle.restart.platform-attempts"),
  RESTART_ALGORITHM_ATTEMPTS("heddle.restart.algorithm-attempts"),
  CHECKPOINT_FLUSH("heddle.checkpoint.flush-timeout"),
  UPLOAD_TIMEOUT("heddle.upload.timeout"),
  S3_ENDPOINT("heddle.s3.endpoint"),
  S3_REGION("heddle.s3.region"),
  S3_PATH_STYLE("heddle.s3.path-style"),
  S3_RETRY_FOR("heddle.s3.retry-for"),
  S3_ASSUME_ROLE("heddle.s3.assume-role"),
  S3_STS_ENDPOINT("heddle.s3.sts-endpoint"),
  S3_CONNECTIONS("heddle.s3.connections"),
  PIPE_MEMORY("heddle.pipe.memory-mb"),
  UPLOAD_PART_SIZE("heddle.upload.part-size-mb"),
  DISK_RESERVE("heddle.disk.reserve-percent"),
  PROCESS_NAMESPACES("heddle.process.namespaces"),
  DOCKER_NETWORK("heddle.docker.network"),
  DOCKER_ISOLATED_NETWORK("heddle.docker.isolated-network"),
  AGENT_PLACEMENT_TIMEOUT("heddle.agent.placement-timeout"),
  DOCTOR_METADATA_SERVICES("heddle.doctor.metadata-services"),
  ACCOUNT_ID("heddle.account-id");

  private final String key;

  Setting(String key) {
    this.key = key;
  }

  public String key() {
    return key;
  }

  /**
   * @param key a property's name, such as {@code heddle.queue}
   */
  public static Optional<Setting> find(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(Setting::key).toList();
  }
}
