package dev.heddle.client.engine;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the user's own {@code docker} commands find their engine.
 *
 * @param host as DOCKER_HOST has it
 * @param tls whether the environment asks for TLS
 */
public record EngineAddress(String host, boolean tls) {
  /** The engine's usual socket. */
  public static final Path SOCKET = Path.of("/var/run/docker.sock");

  private static final Set<String> SCHEMES = Set.of("unix", "tcp");

  /** Empty when the environment names none and there is no socket. */
  public static Optional<EngineAddress> of(Map<String, String> environment, Path socket) {
    String host = environment.getOrDefault("DOCKER_HOST", "");
    if (!host.isBlank()) {
      boolean tls = !environment.getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty();
      return Optional.of(new EngineAddress(host.strip(), tls));
    }
    return Files.exists(socket)
        ? Optional.of(new EngineAddress("unix://" + socket, false))
        : Optional.empty();
  }

  /**
   * Connects nothing yet.
   *
   * @param patience for the connection and for each answer, which a Unix socket doesn't know; null
   *     for none
   * @throws IOException when it is no address that can be used
   */
  public DockerClient connect(Duration patience) throws IOException {
    URI address = uri();
    // Not the default one, which reads further files and Java's system properties.
    DockerClientConfig config =
        new DefaultDockerClientConfig.Builder().withDockerHost(address.toString()).build();
    ZerodepDockerHttpClient.Builder way = new ZerodepDockerHttpClient.Builder().dockerHost(address);
    if (patience != null) {
      way.connectionTimeout(patience).responseTimeout(patience);
    }
    return DockerClientImpl.getInstance(config, way.build());
  }

  private URI uri() throws IOException {
    URI address;
    try {
      address = URI.create(host);
    } catch (IllegalArgumentException e) {
      throw new IOException("it is no address", e);
    }
    if (address.getScheme() == null || !SCHEMES.contains(address.getScheme())) {
      throw new IOException("heddle only knows addresses that begin with unix:// or tcp://");
    }
    if (tls && address.getScheme().equals("tcp")) {
      throw new IOException("DOCKER_TLS_VERIFY is set, and heddle can't speak TLS with an engine");
    }
    return address;
  }
}
