package dev.heddle.client.local;

import dev.heddle.containerlauncher.protocol.JobTokenIdentifier;
import dev.heddle.containerlauncher.protocol.JobTokenSecrets;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.Token;

/**
 * Agents in Java processes of their own, started as a NodeManager starts them. They have this
 * process's environment, so that they find the same S3 keys where it has none to give them.
 */
final class AgentJvms implements Agents {
  private static final String MAIN = "dev.heddle.containerlauncher.agent.AgentMain";

  /** A Ctrl-C in the terminal is for the command, which then ends its agents in order. */
  private static final String IMMUNE = "trap '' INT HUP; exec ";

  private final Path java;
  private final String classPath;
  private final String options;
  private final HostDirectories directories;
  private final JobTokenSecrets tokens;
  private final InetSocketAddress master;

  /**
   * @param java the program
   * @param options as a person writes them, split by the shell; may be empty
   * @param master where agents call
   */
  AgentJvms(
      Path java,
      String classPath,
      String options,
      HostDirectories directories,
      JobTokenSecrets tokens,
      InetSocketAddress master) {
    this.java = java;
    this.classPath = classPath;
    this.options = options;
    this.directories = directories;
    this.tokens = tokens;
    this.master = master;
  }

  @Override
  public AgentProcess start(String allocation, String host) throws IOException {
    Path work = directories.work(allocation);
    Path logs = directories.agentLogs(allocation);
    Files.createDirectories(work);
    Files.createDirectories(logs);
    Path token = work.resolve("token");
    write(token, tokens.tokenFor(allocation));
    ProcessBuilder builder =
        new ProcessBuilder(
            "/bin/sh",
            "-c",
            IMMUNE + "\"$0\" " + options + " \"$@\"",
            java.toString(),
            "-Dfile.encoding=UTF-8",
            "-Dlog4j2.configurationFile=classpath:heddle-log4j2-container.xml",
            "-cp",
            classPath,
            MAIN,
            "--host",
            host,
            "--allocation",
            allocation,
            "--local-files");
    builder
        .directory(work.toFile())
        .redirectInput(new File("/dev/null"))
        .redirectOutput(logs.resolve("agent.out").toFile())
        .redirectError(logs.resolve("agent.err").toFile());
    Map<String, String> environment = builder.environment();
    environment.put("CONTAINER_ID", allocation);
    environment.put("PWD", work.toString());
    environment.put("LOG_DIRS", logs.toString());
    environment.put("NM_HOST", "127.0.0.1");
    environment.put(UserGroupInformation.HADOOP_TOKEN_FILE_LOCATION, token.toString());
    environment.put("HEDDLE_AM_ADDRESS", master.getHostString() + ":" + master.getPort());
    environment.remove("HEDDLE_AM_FILE");
    // Java 17 takes the encoding of file names from the locale.
    environment.put("LC_ALL", "C.UTF-8");
    return new Jvm(builder.start());
  }

  private static void write(Path file, Token<JobTokenIdentifier> token) throws IOException {
    Credentials credentials = new Credentials();
    credentials.addToken(new Text("heddle"), token);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE);
        DataOutputStream data = new DataOutputStream(out)) {
      credentials.writeTokenStorageToStream(data);
    }
  }

  private record Jvm(Process process) implements AgentProcess {
    @Override
    public CompletableFuture<Integer> onExit() {
      return process.onExit().thenApply(Process::exitValue);
    }

    @Override
    public void kill() {
      process.destroyForcibly();
    }
  }
}
