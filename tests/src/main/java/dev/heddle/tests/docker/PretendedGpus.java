package dev.heddle.tests.docker;

import com.sun.net.httpserver.HttpServer;
import dev.heddle.tests.docker.DockerOptions.GpuPlugin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * GPUs as a NodeManager sees them: a program {@code nvidia-smi} that lists them, device nodes that
 * nothing answers behind, and the server that the older of YARN's two plugins asks. All nodes of a
 * machine have the same ones.
 */
final class PretendedGpus implements AutoCloseable {
  /** A Docker volume that stands for the driver's libraries. */
  static final String DRIVER_VOLUME = "nvidia_driver_pretended";

  static final String HOME_OF_DRIVER = "/usr/local/nvidia";

  private static final int MAJOR = 195;
  private static final int CONTROL_MINOR = 255;
  private static final String CONTROL = "/dev/nvidiactl";

  private final int count;
  private final GpuPlugin plugin;
  private final Path program;
  private final String hierarchy;
  private final Optional<HttpServer> server;

  private PretendedGpus(
      int count, GpuPlugin plugin, Path program, String hierarchy, Optional<HttpServer> server) {
    this.count = count;
    this.plugin = plugin;
    this.program = program;
    this.hierarchy = hierarchy;
    this.server = server;
  }

  static PretendedGpus start(DockerOptions options, DockerDirectory directory)
      throws IOException, InterruptedException {
    if (!ControlGroups.hasDevices()) {
      throw new IOException(
          "YARN gives out GPUs by the control group 'devices' of version 1, which is not mounted here");
    }
    int count = options.gpusPerNode();
    directory.makeDevices(deviceNumbers(count));
    Path program = Files.createDirectories(directory.gpus()).resolve("nvidia-smi");
    Files.writeString(program, "#!/bin/sh\ncat <<'XML'\n" + listing(count) + "XML\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Optional<HttpServer> server =
        options.gpuPlugin() == GpuPlugin.NVIDIA_DOCKER_V1
            ? Optional.of(serve(devices(count)))
            : Optional.empty();
    return new PretendedGpus(
        count, options.gpuPlugin(), program, "/" + directory.hierarchy(), server);
  }

  /** The paths that containers may be given. */
  static List<String> devices(int count) {
    List<String> devices = new ArrayList<>(List.of(CONTROL));
    IntStream.range(0, count).forEach(gpu -> devices.add("/dev/nvidia" + gpu));
    return devices;
  }

  /** Major and minor number by path. */
  private static Map<String, String> deviceNumbers(int count) {
    Map<String, String> numbers = new LinkedHashMap<>();
    numbers.put(CONTROL, MAJOR + ":" + CONTROL_MINOR);
    for (int gpu = 0; gpu < count; gpu++) {
      numbers.put("/dev/nvidia" + gpu, MAJOR + ":" + gpu);
    }
    return numbers;
  }

  private static String listing(int count) {
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" ?>\n<nvidia_smi_log>\n");
    xml.append("<driver_version>550.54</driver_version>\n");
    for (int gpu = 0; gpu < count; gpu++) {
      xml.append(
          """
          <gpu id="00000000:%02d:00.0">
          <product_name>Pretended GPU</product_name>
          <uuid>GPU-%d</uuid>
          <minor_number>%d</minor_number>
          <fb_memory_usage><total>16384 MiB</total><used>0 MiB</used><free>16384 MiB</free></fb_memory_usage>
          <utilization><gpu_util>0 %%</gpu_util><memory_util>0 %%</memory_util></utilization>
          <temperature><gpu_temp>30 C</gpu_temp><gpu_temp_max_threshold>96 C</gpu_temp_max_threshold>\
          <gpu_temp_slow_threshold>93 C</gpu_temp_slow_threshold></temperature>
          </gpu>
          """
              .formatted(gpu, gpu, gpu));
    }
    return xml.append("</nvidia_smi_log>\n").toString();
  }

  private static HttpServer serve(List<String> devices) throws IOException {
    StringBuilder options = new StringBuilder();
    devices.forEach(device -> options.append("--device=").append(device).append(' '));
    options
        .append("--volume-driver=local --volume=")
        .append(DRIVER_VOLUME + ":" + HOME_OF_DRIVER + ":ro");
    byte[] answer = options.toString().getBytes(StandardCharsets.UTF_8);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1.0/docker/cli",
        exchange -> {
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return server;
  }

  /** For the servers' configuration. */
  Map<String, String> properties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("yarn.resource-types", "yarn.io/gpu");
    properties.put("yarn.nodemanager.resource-plugins", "yarn.io/gpu");
    properties.put("yarn.nodemanager.resource-plugins.fail-fast", "true");
    String gpu = "yarn.nodemanager.resource-plugins.gpu.";
    properties.put(gpu + "allowed-gpu-devices", "auto");
    properties.put(gpu + "path-to-discovery-executables", program.toString());
    properties.put(gpu + "docker-plugin", plugin.configured());
    server.ifPresent(
        s ->
            properties.put(
                gpu + "docker-plugin.nvidia-docker-v1.endpoint",
                "http://localhost:" + s.getAddress().getPort() + "/v1.0/docker/cli"));
    String groups = "yarn.nodemanager.linux-container-executor.cgroups.";
    properties.put(groups + "mount", "false");
    properties.put(groups + "hierarchy", hierarchy);
    return properties;
  }

  int count() {
    return count;
  }

  @Override
  public void close() {
    server.ifPresent(s -> s.stop(0));
  }
}
