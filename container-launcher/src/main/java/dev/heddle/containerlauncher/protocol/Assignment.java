package dev.heddle.containerlauncher.protocol;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.pipemode.S3Access;
import java.util.List;

/**
 * What an agent learns when it registers. Secrets come only this way, and stay in memory.
 *
 * @param host {@code algo-K}
 * @param attempt from 1
 * @param requestJson the whole CreateTrainingJob request
 * @param trainingJobArn the job's ARN
 * @param hosts the names of all hosts, sorted as text
 * @param s3 how to reach S3
 * @param gpus how many the algorithm has
 * @param settings the job's {@code heddle.*} settings
 */
public record Assignment(
    String host,
    int attempt,
    String requestJson,
    String trainingJobArn,
    List<String> hosts,
    S3Access s3,
    int gpus,
    Settings settings) {
  public Assignment {
    hosts = List.copyOf(hosts);
  }
}
