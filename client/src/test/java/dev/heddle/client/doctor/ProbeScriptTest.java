package dev.heddle.client.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script itself, in this machine's shell. */
class ProbeScriptTest {
  @TempDir Path base;

  private ContainerReport run(List<MetadataService> services, Map<String, String> environment)
      throws Exception {
    Files.createDirectories(base.resolve("input/config"));
    Files.createDirectories(base.resolve("output/data"));
    Files.createDirectories(base.resolve("model"));
    Files.writeString(
        base.resolve("input/config/resourceconfig.json"),
        "{\"current_host\":\"algo-2\",\"hosts\":[\"algo-1\",\"algo-2\"]}");
    Path script = Files.writeString(base.resolve("probe"), ProbeScript.text(services));
    ProcessBuilder shell =
        new ProcessBuilder("/bin/sh", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(base.resolve("log").toFile());
    shell.environment().put("SAGEMAKER_BASE_DIR", base.toString());
    shell.environment().put("NVIDIA_VISIBLE_DEVICES", "0");
    shell.environment().putAll(environment);
    assertEquals(0, shell.start().waitFor(), () -> log());
    return new ContainerReport(Files.readString(base.resolve("model/algo-2.txt")));
  }

  private String log() {
    try {
      return Files.readString(base.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void tellsWhatItFindsUnderItsHostsName() throws Exception {
    ContainerReport report = run(List.of(), Map.of());
    assertTrue(report.whole());
    assertTrue(report.is("writable"));
    assertEquals("0", report.text("gpus").orElseThrow());
    assertTrue(report.number("time").isPresent());
    assertTrue(report.text("interfaces").orElseThrow().contains("lo"));
    assertTrue(log().contains("heddle-doctor done=yes"));
  }

  /** A server whose answers have this status, until it is closed; with a way to get a token. */
  private static HttpServer service(int status, int tokenStatus) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> answer(exchange, status));
    server.createContext(
        "/latest/api/token",
        exchange ->
            answer(exchange, exchange.getRequestMethod().equals("PUT") ? tokenStatus : 405));
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  private static MetadataService at(HttpServer server) {
    return new MetadataService("127.0.0.1", server.getAddress().getPort());
  }

  private static String line(MetadataService service) {
    return service.host() + " " + service.port();
  }

  @ParameterizedTest
  @ValueSource(strings = {"python3", "perl", "bash timeout", "curl", "nc"})
  void tellsWhichMetadataServicesGiveThemselvesAway(String programs) throws Exception {
    List<String> all = new ArrayList<>(List.of(programs.split(" ")));
    all.addAll(List.of("cat", "rm", "ls", "tr", "df", "awk", "grep", "id", "date", "head"));
    Path path = Files.createDirectories(base.resolve("bin"));
    for (String program : all) {
      Optional<String> found = find(program);
      assumeTrue(found.isPresent(), "this machine has no " + program);
      Path script = path.resolve(program);
      Files.writeString(script, "#!/bin/sh\nexec " + found.get() + " \"$@\"\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    int closed;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = taken.getLocalPort();
    }
    HttpServer open = service(200, 404);
    HttpServer byToken = service(401, 200);
    HttpServer withoutToken = service(401, 403);
    HttpServer proxy = service(403, 403);
    try {
      MetadataService away = new MetadataService("127.0.0.1", closed);
      ContainerReport report =
          run(
              List.of(at(open), at(byToken), at(withoutToken), at(proxy), away),
              Map.of("PATH", path.toString()));
      assertEquals(List.of(line(at(open)), line(at(byToken))), report.metadata("reached"));
      assertEquals(
          List.of(line(at(withoutToken)), line(at(proxy)), line(away)),
          report.metadata("not-reached"));
    } finally {
      List.of(open, byToken, withoutToken, proxy).forEach(server -> server.stop(0));
    }
  }

  /** Debian's own: one before it on the PATH may be a script that needs more than itself. */
  private static Optional<String> find(String program) {
    if (Files.isExecutable(Path.of("/usr/bin", program))) {
      return Optional.of("/usr/bin/" + program);
    }
    return program.equals("nc") && Files.isExecutable(Path.of("/usr/bin/busybox"))
        ? Optional.of("/usr/bin/busybox nc")
        : Optional.empty();
  }

  @Test
  void readsAddressesAsASettingHasThem() {
    assertEquals(
        new MetadataService("169.254.169.254", 80), MetadataService.parse("169.254.169.254"));
    assertEquals(
        new MetadataService("fd00:ec2::254", 80), MetadataService.parse("[fd00:ec2::254]"));
    assertEquals(new MetadataService("::1", 8080), MetadataService.parse("[::1]:8080"));
    assertEquals("[::1]:8080", MetadataService.parse("[::1]:8080").toString());
    assertEquals("metadata.internal", MetadataService.parse("metadata.internal").toString());
  }
}
