package dev.heddle.tests;

import dev.heddle.tests.docker.DockerEngine;
import dev.heddle.tests.docker.DockerOptions;
import dev.heddle.tests.docker.DockerRuntime;
import dev.heddle.tests.embedded.EmbeddedCluster;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;

/**
 * A cluster of three one-host nodes that run Docker containers and have two pretended GPUs each,
 * where {@link DockerRuntime#canPretendGpus}; tests may ask for its {@link DockerEngine}, too.
 * Without root or without Docker, they are skipped and say why.
 */
public class DockerClusterExtension extends SharedCluster implements ExecutionCondition {
  private static final int NODES = 3;
  private static final int GPUS = 2;

  /** A network on which containers reach each other and nothing else. */
  public static final String SEALED = "sealed";

  /** Milliseconds after which an allocation that is not launched is taken back. */
  private static final String EXPIRY =
      "yarn.resourcemanager.rm.container-allocation.expiry-interval-ms";

  @Override
  EmbeddedCluster.Options options() {
    DockerOptions docker = DockerOptions.standard().networks("host", "none", SEALED);
    return new EmbeddedCluster.Options(Optional.empty(), NODES, Map.of(EXPIRY, "20000"))
        .withDocker(DockerRuntime.canPretendGpus() ? docker.gpusPerNode(GPUS) : docker);
  }

  @Override
  public final ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return DockerEngine.obstacle()
        .map(ConditionEvaluationResult::disabled)
        .orElseGet(() -> ConditionEvaluationResult.enabled("Docker can run here"));
  }

  @Override
  public final boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == DockerEngine.class
        || super.supportsParameter(parameter, context);
  }

  @Override
  public final Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (parameter.getParameter().getType() == DockerEngine.class) {
      return cluster(context).docker().orElseThrow();
    }
    return super.resolveParameter(parameter, context);
  }
}
