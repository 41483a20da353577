package dev.heddle.tests.bench.parity;

import dev.heddle.tests.docker.DockerEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts the sample on one host; the algorithm's environment has {@code TRAINING_JOB_NAME}. */
@FunctionalInterface
interface HostCommand {
  /**
   * Not started yet.
   *
   * @param training which one
   * @param tree the host's {@code /opt/ml}; beside it lies {@code hosts}
   * @param addresses of all hosts, by name
   */
  ProcessBuilder of(String training, Path tree, Map<String, String> addresses) throws IOException;

  /**
   * In a session of its own: the kernel shares processors out among sessions first.
   *
   * @param program the sample's, without arguments
   */
  static HostCommand program(Path program) {
    return (training, tree, addresses) -> {
      ProcessBuilder train =
          new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "setsid", program.toString());
      Map<String, String> environment = train.environment();
      environment.clear();
      environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
      environment.put("LANG", "C.UTF-8");
      environment.put("HOME", tree.resolve("home").toString());
      environment.put("TRAINING_JOB_NAME", training);
      environment.put("SAGEMAKER_BASE_DIR", tree.toString());
      return train.directory(tree.toFile());
    };
  }

  /** A container of the image, by {@code docker run}, on the machine's own network. */
  static HostCommand container(DockerEngine engine, String image) {
    return (training, tree, addresses) -> {
      List<String> run = new ArrayList<>(List.of("run", "--rm", "--network", "host"));
      run.addAll(List.of("--volume", tree + ":/opt/ml", "--env", "TRAINING_JOB_NAME=" + training));
      addresses.forEach((host, address) -> run.addAll(List.of("--add-host", host + ":" + address)));
      run.addAll(List.of(image, "train"));
      return engine.client(run.toArray(String[]::new));
    };
  }
}
