package dev.heddle.client.submit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerConfig;
import dev.heddle.client.engine.EngineAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Docker engine of the user's own {@code docker} commands, and what it knows of an image. */
record ImageEngine(EngineAddress address) {

  /** Empty when the environment names none and there is no socket. */
  static Optional<ImageEngine> of(Map<String, String> environment, Path socket) {
    return EngineAddress.of(environment, socket).map(ImageEngine::new);
  }

  /** As DOCKER_HOST has it. */
  String host() {
    return address.host();
  }

  /**
   * The image's own ENTRYPOINT, which may be none; no list when the engine doesn't have the image.
   *
   * @param patience for the connection and for each answer; a Unix socket knows no such limit
   * @throws IOException when the engine can't be asked, or refuses
   */
  Optional<List<String>> entrypoint(String image, Duration patience) throws IOException {
    try (DockerClient engine = address.connect(patience)) {
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
}
