package dev.heddle.am.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JvmLaunchTest {
  @TempDir Path directory;

  /** Runs a command as a NodeManager does, with a program in java's place. */
  private String launch(String argument) throws Exception {
    Path java = Files.createDirectories(directory.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/bash\nprintf '%s\\n' \"${@: -1}\"\necho oops >&2\n");
    assertTrue(java.toFile().setExecutable(true));
    String command =
        JvmLaunch.command("some.Main", "-Xmx1m", List.of("--staging", argument), "o.txt", "e.txt")
            .replace("<LOG_DIR>", directory.toString())
            .replace("{{JAVA_HOME}}", "$JAVA_HOME");
    Path script =
        Files.writeString(
            directory.resolve("launch.sh"), "exec /bin/bash -c \"" + command + "\"\n");
    ProcessBuilder builder = new ProcessBuilder("/bin/bash", script.toString());
    builder.environment().put("JAVA_HOME", directory.toString());
    assertEquals(0, builder.start().waitFor());
    assertEquals("oops\n", Files.readString(directory.resolve("e.txt")));
    return Files.readString(directory.resolve("o.txt"), StandardCharsets.UTF_8).stripTrailing();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hdfs://nn:8020/user/a/.heddle/job-1",
        "file:/a directory/it's \"quoted\"",
        "$HOME `id` $(id) \\ !x; rm *",
        "PUBLIC,1,2,file:///x"
      })
  void argumentsArriveAsTheyStand(String argument) throws Exception {
    assertEquals(argument, launch(argument));
  }

  @Test
  void heddlesJarIsTheFirstOnTheClassPathAndTheClustersOwnFollows() {
    Configuration hadoop = new Configuration();
    hadoop.set("yarn.application.classpath", "$HADOOP_COMMON_HOME/*, /opt/extra/*");
    Map<String, String> environment =
        JvmLaunch.environment(hadoop, Settings.load(hadoop, Map.of("heddle.java.home", "/jdk")));
    assertEquals(
        "heddle.jar<CPS>{{HADOOP_CONF_DIR}}<CPS>$HADOOP_COMMON_HOME/*<CPS>/opt/extra/*",
        environment.get("CLASSPATH"));
    assertEquals("/jdk", environment.get("JAVA_HOME"));
    assertFalse(
        JvmLaunch.environment(hadoop, Settings.load(hadoop, Map.of())).containsKey("JAVA_HOME"));
  }

  @Test
  void aJarResourceReadsWhatItWrote() {
    JarResource jar = new JarResource("hdfs://nn/tmp/a,b/heddle.jar", 7, 1795521600000L, true);
    assertEquals(jar, JarResource.parse(jar.toText()));
  }
}
