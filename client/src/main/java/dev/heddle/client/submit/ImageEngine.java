package dev.heddle.client.submit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The Docker engine that the user's own {@code docker} commands talk to, and what it knows of an
 * image.
 *
 * @param host as DOCKER_HOST has it
 * @param tls whether the environment asks for TLS
 */
record ImageEngine(String host, boolean tls) {
  static final Path SOCKET = Path.of("/var/run/docker.sock");

  private static final Set<String> SCHEMES = Set.of("unix", "tcp");

  /** Empty when the environment names none and there is no socket. */
  static Optional<ImageEngine> of(Map<String, String> environment, Path socket) {
    String host = environment.getOrDefault("DOCKER_HOST", "");
    if (!host.isBlank()) {
      boolean tls = !environment.getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty();
      return Optional.of(new ImageEngine(host.strip(), tls));
    }
    return Files.exists(socket)
        ? Optional.of(new ImageEngine("unix://" + socket, false))
        : Optional.empty();
  }

  /**
   * The image's own ENTRYPOINT, which may be none; no list when the engine doesn't have the image.
   *
   * @param patience for the connection and for each answer; a Unix socket knows no such limit
   * @throws IOException when the engine can't be asked, or refuses
   */
  Optional<List<String>> entrypoint(String image, Duration patience) throws IOException {
    try (DockerClient engine = connect(patience)) {
      ContainerConfig config = engine.inspectImageCmd(image).exec().getConfig();
      String[] entrypoint = config == null ? null : config.getEntrypoint();
      return Optional.of(entrypoint == null ? List.of() : List.of(entrypoint));
    } catch (NotFoundException e) {
      return Optional.empty();
    } catch (DockerException e) {
      throw new IOException(e.getMessage(), e);
    } catch (RuntimeException e) {
      // That is how docker-java passes on what went wrong on the way.
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
  }

  private DockerClient connect(Duration patience) throws IOException {
    URI address = address();
    // Not the default one, which reads further files and Java's system properties.
    DockerClientConfig config =
        new DefaultDockerClientConfig.Builder().withDockerHost(address.toString()).build();
    return DockerClientImpl.getInstance(
        config,
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(address)
            .connectionTimeout(patience)
            .responseTimeout(patience)
            .build());
  }

  private URI address() throws IOException {
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
