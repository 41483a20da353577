package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.contract.OptMl;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Mount, IPC and PID namespaces of the algorithm's own: the contract's absolute paths are true in
 * them, and the kernel kills everything in them together. An ordinary user gets them through a user
 * namespace (user_namespaces(7)); root may go without one, which lets an algorithm that runs as
 * root change owners as it would in Docker.
 *
 * @param userNamespace whether through a user namespace
 * @param mounts what appears where in the algorithm's view
 */
record Namespaces(NodePaths paths, boolean userNamespace, Map<Path, Path> mounts)
    implements Isolation {

  /**
   * A short path: a socket in a YARN container's own directory would exceed the 108 bytes that a
   * Unix socket's address may have.
   */
  private static final Path SCRATCH = Path.of("/opt/heddle");

  /** What Docker leaves to root by default. */
  private static final String DOCKER_CAPABILITIES =
      "-all,+chown,+dac_override,+fsetid,+fowner,+mknod,+net_raw,+setgid,+setuid,+setfcap,+setpcap,"
          + "+net_bind_service,+sys_chroot,+kill,+audit_write";

  private static final List<String> DIE_WITH_PARENT =
      List.of(tool("setpriv"), "--pdeathsig", "KILL");

  /**
   * Waits for PID 1. unshare --fork would report a killed algorithm as exit code 1; the shell's own
   * words about it must not get into the algorithm's log.
   */
  private static final String OUTER = "exec 3>&2 2>/dev/null; \"$@\" 2>&3 3>&-; exit $?";

  static Namespaces of(NodePaths paths, boolean userNamespace) {
    return new Namespaces(
        paths,
        userNamespace,
        Map.of(
            paths.tree().root(), Path.of(OptMl.PATH),
            paths.scratch(), SCRATCH,
            paths.hostsFile(), Path.of("/etc/hosts")));
  }

  @Override
  public List<String> commandLine(
      Path ready, Map<String, String> environment, List<String> program) {
    List<String> line = new ArrayList<>();
    // If the agent dies, so does the outer shell; if that dies, so does PID 1; with it everything.
    line.addAll(DIE_WITH_PARENT);
    line.add(tool("unshare"));
    if (userNamespace) {
      line.addAll(List.of("--user", "--map-current-user", "--keep-caps"));
    }
    line.addAll(List.of("--mount", "--ipc", "--pid"));
    line.addAll(List.of(SystemTools.shell(), "-c", OUTER, "heddle"));
    line.addAll(DIE_WITH_PARENT);
    line.addAll(List.of(SystemTools.shell(), "-c", Scripts.load("namespaces.sh"), "heddle"));
    line.add(hold().toString());
    line.add(ready.toString());
    line.add(userNamespace ? "-all" : DOCKER_CAPABILITIES);
    mounts.forEach(
        (source, target) -> {
          line.add(source.toString());
          line.add(target.toString());
        });
    line.add("--");
    line.add(SCRATCH.resolve("work").toString());
    line.addAll(Isolation.withEnvironment(environment, program));
    return line;
  }

  /** The empty directory that the script mounts on for a moment. */
  Path hold() {
    return paths.work().resolve("hold");
  }

  @Override
  public Path scratchSeen() {
    return SCRATCH;
  }

  @Override
  public Map<String, String> variables() {
    return Map.of();
  }

  @Override
  public boolean hasOuterProcess() {
    return true;
  }

  private static String tool(String name) {
    return SystemTools.find(name).orElse(name);
  }
}
