package dev.heddle.client.submit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageEngineTest {
  @TempDir Path directory;

  @Test
  void theVariableWinsOverTheSocketWhichWinsOverNone() throws Exception {
    Path socket = directory.resolve("docker.sock");
    Map<String, String> named = Map.of("DOCKER_HOST", "tcp://there:2375");
    assertEquals(Optional.empty(), ImageEngine.of(Map.of(), socket));
    assertEquals(Optional.empty(), ImageEngine.of(Map.of("DOCKER_HOST", " "), socket));
    assertEquals("tcp://there:2375", ImageEngine.of(named, socket).orElseThrow().host());

    Files.createFile(socket);
    assertEquals("unix://" + socket, ImageEngine.of(Map.of(), socket).orElseThrow().host());
    assertEquals("tcp://there:2375", ImageEngine.of(named, socket).orElseThrow().host());
  }
}
