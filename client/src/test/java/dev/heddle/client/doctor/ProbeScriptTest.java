package dev.heddle.client.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script itself, in this machine's shell. */
class ProbeScriptTest {
  @TempDir Path base;

  private ContainerReport run(List<MetadataService> services) throws Exception {
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
    assertEquals(0, shell.start().waitFor(), () -> log());
    return new ContainerReport(Files.readString(base.resolve("model/algo-2.txt")));
  }

  private String log() {
    try {
      return Files.readString(base.resolve("log"));
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  @Test
  void tellsWhatItFindsUnderItsHostsName() throws Exception {
    ContainerReport report = run(List.of());
    assertTrue(report.whole());
    assertTrue(report.is("writable"));
    assertEquals("0", report.text("gpus").orElseThrow());
    assertTrue(report.number("time").isPresent());
    assertTrue(report.text("interfaces").orElseThrow().contains("lo"));
    assertTrue(log().contains("heddle-doctor done=yes"));
  }

  @Test
  void tellsWhichMetadataServicesItReaches() throws Exception {
    int closed;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = taken.getLocalPort();
    }
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ContainerReport report =
          run(
              List.of(
                  new MetadataService("127.0.0.1", server.getLocalPort()),
                  new MetadataService("127.0.0.1", closed)));
      assertEquals(List.of("127.0.0.1 " + server.getLocalPort()), report.metadata("reached"));
      assertEquals(List.of("127.0.0.1 " + closed), report.metadata("not-reached"));
    }
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
