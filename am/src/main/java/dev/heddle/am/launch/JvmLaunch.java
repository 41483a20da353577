package dev.heddle.am.launch;

import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.api.ApplicationConstants;
import org.apache.hadoop.yarn.api.ApplicationConstants.Environment;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/**
 * How Heddle's own processes (ApplicationMaster, agent) are started in YARN containers: Heddle's
 * jar first, then what the cluster gives every application ({@code yarn.application.classpath}).
 */
public final class JvmLaunch {
  /** The name under which Heddle's jar is localized in a container's working directory. */
  public static final String JAR = "heddle.jar";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private JvmLaunch() {}

  /**
   * The one launch command, as {@code ContainerLaunchContext.setCommands} wants it.
   *
   * @param javaOptions options as a person writes them, split by the shell; may be empty
   * @param arguments passed as they stand, whatever characters they hold
   * @param out the file in the container's log directory that gets standard output
   * @param err the same for standard error
   */
  public static String command(
      String mainClass, String javaOptions, List<String> arguments, String out, String err) {
    StringBuilder line = new StringBuilder("exec ");
    line.append(Environment.JAVA_HOME.$$()).append("/bin/java ").append(javaOptions.trim());
    line.append(" -Dfile.encoding=UTF-8");
    line.append(" -Dlog4j2.configurationFile=classpath:heddle-log4j2-container.xml ");
    line.append(mainClass);
    for (String argument : arguments) {
      line.append(' ').append(quote(argument));
    }
    String logs = ApplicationConstants.LOG_DIR_EXPANSION_VAR;
    return line.append(" 1>")
        .append(logs)
        .append('/')
        .append(out)
        .append(" 2>")
        .append(logs)
        .append('/')
        .append(err)
        .toString();
  }

  /** The environment that {@link #command} relies on; holds no secret and may be added to. */
  public static Map<String, String> environment(Configuration hadoop, Settings settings) {
    Map<String, String> environment = new LinkedHashMap<>();
    StringBuilder classPath = new StringBuilder(JAR);
    String[] cluster =
        hadoop.getTrimmedStrings(
            YarnConfiguration.YARN_APPLICATION_CLASSPATH,
            YarnConfiguration.DEFAULT_YARN_CROSS_PLATFORM_APPLICATION_CLASSPATH);
    classPath.append(ApplicationConstants.CLASS_PATH_SEPARATOR);
    classPath.append(Environment.HADOOP_CONF_DIR.$$());
    for (String entry : cluster) {
      classPath.append(ApplicationConstants.CLASS_PATH_SEPARATOR).append(entry);
    }
    environment.put(Environment.CLASSPATH.name(), classPath.toString());
    // Java 17 takes the encoding of file names from the locale; NodeManagers often have none.
    environment.put("LC_ALL", "C.UTF-8");
    if (!UserGroupInformation.isSecurityEnabled()) {
      // LinuxContainerExecutor runs it as one user for all; files are still the submitter's.
      environment.put("HADOOP_USER_NAME", user());
    }
    settings
        .text(Setting.JAVA_HOME)
        .ifPresent(home -> environment.put(Environment.JAVA_HOME.name(), home));
    return environment;
  }

  private static String user() {
    try {
      return UserGroupInformation.getCurrentUser().getShortUserName();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The NodeManager puts the command between double quotes and gives it to {@code bash -c}. */
  private static String quote(String argument) {
    if (PLAIN.matcher(argument).matches()) {
      return argument;
    }
    String inner = "'" + argument.replace("'", "'\\''") + "'";
    return inner
        .replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("$", "\\$")
        .replace("`", "\\`");
  }
}
