package dev.heddle.am.yarn;

import dev.heddle.am.launch.JarResource;
import dev.heddle.am.launch.JvmLaunch;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.protocol.JobTokenSecrets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.DataOutputBuffer;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;

/** Writes the launch contexts of agents. What they hold may be read by the algorithm: no secret. */
public final class AgentLauncher {
  /** The environment variable that tells an agent where its master answers, {@code host:port}. */
  public static final String MASTER_VARIABLE = "HEDDLE_AM_ADDRESS";

  /** The environment variable that tells where it is written who is in charge later. */
  public static final String MASTER_FILE_VARIABLE = "HEDDLE_AM_FILE";

  private static final String MAIN = "dev.heddle.containerlauncher.agent.AgentMain";

  private final Settings settings;
  private final JarResource jar;
  private final JobTokenSecrets tokens;
  private final Credentials fileSystemTokens;
  private final Map<String, String> environment;

  /**
   * @param fileSystemTokens what agents need to read from Hadoop file systems; no secret keys
   * @param masterFile has a line of {@link dev.heddle.containerlauncher.protocol.MasterAddress}
   */
  public AgentLauncher(
      Configuration hadoop,
      Settings settings,
      JarResource jar,
      JobTokenSecrets tokens,
      Credentials fileSystemTokens,
      InetSocketAddress master,
      Path masterFile) {
    this.settings = settings;
    this.jar = jar;
    this.tokens = tokens;
    this.fileSystemTokens = fileSystemTokens;
    this.environment = JvmLaunch.environment(hadoop, settings);
    this.environment.put(MASTER_VARIABLE, master.getHostString() + ":" + master.getPort());
    this.environment.put(MASTER_FILE_VARIABLE, masterFile.toString());
  }

  /**
   * @param container the agent's own
   * @param allocation whom it serves: its own container, or its host's algorithm container
   */
  ContainerLaunchContext contextFor(ContainerId container, String host, String allocation)
      throws IOException {
    Credentials credentials = new Credentials(fileSystemTokens);
    credentials.addToken(new Text("heddle"), tokens.tokenFor(allocation));
    DataOutputBuffer buffer = new DataOutputBuffer();
    credentials.writeTokenStorageToStream(buffer);
    String command =
        JvmLaunch.command(
            MAIN,
            settings.text(Setting.AGENT_JAVA_OPTIONS).orElse(""),
            allocation.equals(container.toString())
                ? List.of("--host", host)
                : List.of("--host", host, "--allocation", allocation),
            "agent.out",
            "agent.err");
    return ContainerLaunchContext.newInstance(
        Map.of(JvmLaunch.JAR, jar.toLocalResource()),
        environment,
        List.of(command),
        null,
        ByteBuffer.wrap(buffer.getData(), 0, buffer.getLength()),
        null);
  }
}
