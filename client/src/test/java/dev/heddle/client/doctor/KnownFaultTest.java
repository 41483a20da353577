package dev.heddle.client.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.client.doctor.Finding.Status;
import dev.heddle.containerlauncher.runtime.LaunchFaults;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KnownFaultTest {
  private static final String IMAGE = "registry.example.com/team/algorithm:3";

  private final KnownFault known = new KnownFault("blue", Optional.of(IMAGE));

  private Finding of(String reason) {
    return known.of(reason, "", Optional.of("application_1_0001"));
  }

  /** The reason that a job has when a node says these words. */
  private Finding said(String words) {
    String reason =
        new LaunchFaults(IMAGE, "/bin/sh", "blue").explain(words).orElseThrow().message();
    Finding finding = of(reason);
    assertEquals(reason, finding.message());
    return finding;
  }

  private static void assertRemedy(Finding finding, String check, String... words) {
    assertEquals(Status.FAULT, finding.status());
    assertEquals(check, finding.check(), finding.toString());
    String remedies = String.join("\n", finding.remedies());
    for (String word : words) {
      assertTrue(remedies.contains(word), word + " in " + remedies);
    }
  }

  @Test
  void whatEachNodeSaysLeadsToTheFileAndThePropertyThatHelps() {
    assertRemedy(
        said("Disable devices for untrusted image"),
        "docker-trust",
        "container-executor.cfg",
        "'registry.example.com'",
        "docker.trusted.registries");
    assertRemedy(
        said("docker: Error: Unable to find image"), "docker-image", "docker pull " + IMAGE);
    assertRemedy(said("exec: \"/bin/sh\": no such file or directory"), "docker-image", "/bin/sh");
    assertRemedy(said("exec /bin/sh: exec format error"), "docker-image", "architecture");
    assertRemedy(
        said("Disallowed network:  'blue' specified."),
        "docker-network",
        "yarn-site.xml",
        "allowed-container-networks",
        "docker.allowed.networks");
    assertRemedy(
        said("Invalid docker network"), "docker-network", "'blue' to docker.allowed.networks");
    assertRemedy(said("network blue not found"), "docker-network", "docker network create blue");
    assertRemedy(
        said("Invalid docker read-write mount '/data'"),
        "docker-mounts",
        "docker.allowed.rw-mounts");
    assertRemedy(
        said(
            "Requested user nobody is not whitelisted and has id 65534,which is below the minimum"
                + " allowed 100000"),
        "container-user",
        "nonsecure-mode.local-user",
        "min.user.id");
    assertRemedy(said("Invalid docker runtime"), "docker-gpus", "docker.allowed.runtimes=nvidia");
    assertRemedy(
        said("Cannot connect to the Docker daemon"), "docker-engine", "systemctl start docker");
    assertRemedy(
        said("Feature disabled: docker"),
        "docker-runtime",
        "module.enabled=true",
        "default,docker");
  }

  @Test
  void whatAMasterDiesOfLeadsToItsOwnRemedies() {
    String died = "InternalServerError: We encountered an internal error. Please try again. ";
    assertRemedy(
        of(died + "The ApplicationMaster failed: the ApplicationMaster exited with code 24"),
        "container-executor",
        "owned by root",
        "4750");
    assertRemedy(
        of(died + "The ApplicationMaster failed: the ApplicationMaster exited with code 127"),
        "java",
        "heddle.java.home");
    assertRemedy(
        of(died + "exited with code 1: java.lang.UnsupportedClassVersionError: dev/heddle"),
        "java",
        "Java 17");
    assertRemedy(
        of(
            "the probe was still Starting after 300 s; waiting for queue 'default' to start the"
                + " ApplicationMaster: Queue's AM resource limit exceeded."),
        "queue",
        "maximum-am-resource-percent");
    assertRemedy(
        of(
            "the probe was still Starting after 300 s; waiting for queue 'default' to start the"
                + " ApplicationMaster"),
        "room",
        "--timeout");
  }

  @Test
  void whatYarnAddsToTheReasonCountsToo() {
    Finding finding =
        known.of(
            "The ApplicationMaster failed: the ApplicationMaster exited with code -1",
            "AM Container exited with exitCode: -1\n"
                + "[12:00]ResourceHandlerChain.preStart() failed!\n",
            Optional.empty());
    assertRemedy(finding, "container-executor", "below [gpu]", "[cgroups]");
    assertTrue(
        finding.message().endsWith("YARN says: [12:00]ResourceHandlerChain.preStart() failed!"));
  }

  @Test
  void whatIsNotKnownIsShownAsItIsWithThePlaceToLook() {
    Finding finding = of("AlgorithmError: Exit Code: 9 (algo-1)");
    assertRemedy(finding, "probe", "yarn logs -applicationId application_1_0001");
    assertEquals(List.of(), known.of("odd", "", Optional.empty()).remedies());
  }

  @Test
  void anImageWithoutASlashIsOfTheRegistryLibrary() {
    assertEquals("library", KnownFault.registry("busybox:1"));
    assertEquals("local", KnownFault.registry("local/shell"));
  }
}
