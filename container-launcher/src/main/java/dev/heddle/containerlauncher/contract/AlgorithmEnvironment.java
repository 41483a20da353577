package dev.heddle.containerlauncher.contract;

import dev.heddle.containerlauncher.job.TrainingJobRequest;
import java.util.Map;
import java.util.TreeMap;

/**
 * The environment variables that the contract promises an algorithm. No credentials are among them,
 * nor anything that the NodeManager gave the agent.
 */
public final class AlgorithmEnvironment {
  private AlgorithmEnvironment() {}

  /**
   * The variables of one host's algorithm, without those that depend on the runtime (PATH, HOME,
   * TMPDIR). The request's own Environment wins, but for the job's name, ARN and attempt, and the
   * GPUs.
   *
   * @param gpus whether the host was allocated GPUs
   */
  public static Map<String, String> of(
      TrainingJobRequest request, String trainingJobArn, int attempt, String region, boolean gpus) {
    Map<String, String> variables = new TreeMap<>();
    variables.put("AWS_REGION", region);
    variables.putAll(request.environment());
    // Which GPUs it sees is not the request's to say: others' may be on the node.
    variables.remove("NVIDIA_VISIBLE_DEVICES");
    if (!gpus) {
      variables.put("NVIDIA_VISIBLE_DEVICES", "void");
    }
    variables.put("TRAINING_JOB_NAME", request.trainingJobName());
    variables.put("TRAINING_JOB_ARN", trainingJobArn);
    variables.put("HEDDLE_ATTEMPT", Integer.toString(attempt));
    return variables;
  }
}
