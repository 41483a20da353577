package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.heddle.containerlauncher.protocol.AgentProtocol;
import dev.heddle.containerlauncher.protocol.AgentReply;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.CheckpointPage;
import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.ContainerSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentMainTest {
  @TempDir private Path dir;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> registrations = new ArrayList<>();
  private InetSocketAddress asked;

  @BeforeEach
  void setEnvironment() throws IOException {
    environment.put("PWD", dir.toString());
    environment.put("LOG_DIRS", dir.resolve("logs") + "," + dir.resolve("other"));
    environment.put("NM_HOST", "localhost");
    environment.put("CONTAINER_ID", "container_7");
    environment.put("HEDDLE_AM_ADDRESS", "127.0.0.1:4711");
    environment.put("HADOOP_TOKEN_FILE_LOCATION", dir.resolve("container_tokens").toString());
    Files.writeString(dir.resolve("container_tokens"), "secret");
    Files.writeString(dir.resolve(".container_tokens.crc"), "c");
  }

  @Test
  void theTokenFileIsGoneBeforeTheFirstCall() throws Exception {
    assertEquals(AgentMain.NOT_REGISTERED, run("--host", "algo-2"));
    assertEquals("127.0.0.1:4711", asked.getHostString() + ":" + asked.getPort());
    assertEquals("container_7 algo-2 127.0.0.1 lo tokens=false", registrations.get(0));
    assertFalse(Files.exists(dir.resolve(".container_tokens.crc")));
  }

  @Test
  void aWrongCommandLineOrEnvironmentIsRefusedWithoutACall() throws Exception {
    assertEquals(AgentMain.WRONG_USAGE, run("algo-2"));
    environment.put("HEDDLE_AM_ADDRESS", "nonsense");
    assertEquals(AgentMain.WRONG_USAGE, run("--host", "algo-2"));
    environment.remove("LOG_DIRS");
    assertEquals(AgentMain.WRONG_USAGE, run("--host", "algo-2"));
    assertEquals(List.of(), registrations);
  }

  private int run(String... args) throws Exception {
    return new AgentMain(
            environment,
            (hadoop, am) -> {
              asked = am;
              return new Refusing();
            },
            Duration.ZERO)
        .run(args);
  }

  private final class Refusing implements AgentProtocol {
    @Override
    public Assignment register(String containerId, String host, String address, String carrier)
        throws IOException {
      registrations.add(
          String.join(" ", containerId, host, address, carrier)
              + " tokens="
              + Files.exists(dir.resolve("container_tokens")));
      throw new IOException("unknown container");
    }

    @Override
    public AgentReply heartbeat(AgentReport report) throws IOException {
      throw new IOException("not registered");
    }

    @Override
    public void startContainer(String containerId, int attempt, ContainerSpec spec)
        throws IOException {
      throw new IOException("not registered");
    }

    @Override
    public void signalContainer(String containerId, int attempt, ContainerSignal signal)
        throws IOException {
      throw new IOException("not registered");
    }

    @Override
    public void holdContainer(String containerId, int attempt, String mark) throws IOException {
      throw new IOException("not registered");
    }

    @Override
    public Optional<CheckpointPage> checkpoints(String containerId, int attempt, int from)
        throws IOException {
      throw new IOException("not registered");
    }
  }
}
