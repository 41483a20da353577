package dev.heddle.tests;

import dev.heddle.tests.embedded.EmbeddedCluster;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests an {@link EmbeddedCluster}, or {@link Jobs} on it: one cluster for all test classes
 * of the JVM, started when the first asks and closed after the last. Tests must not depend on what
 * others leave there: each uses names of its own.
 */
abstract class SharedCluster implements ParameterResolver {
  private final ExtensionContext.Namespace namespace =
      ExtensionContext.Namespace.create(getClass());

  abstract EmbeddedCluster.Options options();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == EmbeddedCluster.class || type == Jobs.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    EmbeddedCluster cluster = cluster(context);
    if (parameter.getParameter().getType() == EmbeddedCluster.class) {
      return cluster;
    }
    return context
        .getRoot()
        .getStore(namespace)
        .computeIfAbsent(
            Jobs.class,
            key -> new Jobs(cluster, Path.of(System.getProperty("heddle.jar"))),
            Jobs.class);
  }

  /** JUnit closes what lies in the root's store when all tests are done. */
  final EmbeddedCluster cluster(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(namespace)
        .computeIfAbsent(EmbeddedCluster.class, key -> start(), EmbeddedCluster.class);
  }

  private EmbeddedCluster start() {
    try {
      return EmbeddedCluster.start(options());
    } catch (IOException e) {
      throw new ParameterResolutionException("the embedded cluster did not start", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ParameterResolutionException("interrupted", e);
    }
  }
}
