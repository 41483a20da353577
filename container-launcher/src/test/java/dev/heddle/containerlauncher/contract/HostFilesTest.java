package dev.heddle.containerlauncher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.protocol.Order.HostAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFilesTest {
  @TempDir private Path root;

  @Test
  void theTreeIsOpenToReadersWhateverTheUmask() throws IOException {
    OptMl tree = new OptMl(root.resolve("ml"));
    tree.create();
    for (Path directory : List.of(tree.root(), tree.model(), tree.outputData(), tree.config())) {
      assertEquals(
          "rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    }
    assertTrue(Files.isDirectory(tree.root().resolve("output/metrics/sagemaker")));
    assertFalse(Files.exists(tree.failure()));
  }

  @Test
  void theHostsFileNamesAllHostsAndGivesTheNodesNameToItsOwn() {
    HostsFile file =
        new HostsFile(
            List.of(new HostAddress("algo-1", "10.0.0.1"), new HostAddress("algo-2", "10.0.0.2")),
            "algo-2",
            List.of("node7", "node7.acme", "node7", "localhost"));
    assertEquals(
        """
        127.0.0.1 localhost
        ::1 localhost ip6-localhost ip6-loopback
        10.0.0.1 algo-1
        10.0.0.2 algo-2 node7 node7.acme
        """,
        file.text());
  }

  @Test
  void aFailureTextIsCutTo1024Characters() throws IOException {
    assertEquals("", failure(null));
    assertEquals("it broke", failure("it broke\n".getBytes(StandardCharsets.UTF_8)));
    assertEquals("ü".repeat(1024), failure("ü".repeat(5000).getBytes(StandardCharsets.UTF_8)));
    String withPairAtTheCut = "x".repeat(1023) + "😀 and more";
    assertEquals("x".repeat(1023), failure(withPairAtTheCut.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void malformedUtf8InAFailureTextIsTolerated() throws IOException {
    assertEquals("a\ufffdb", failure(new byte[] {'a', (byte) 0xff, 'b'}));
  }

  @Test
  void theEnvironmentIsTheContractsAndTheRequests() {
    TrainingJobRequest request =
        TrainingJobRequest.bind(
            Json.read(
                "{\"TrainingJobName\":\"fraud-17\",\"Environment\":{\"NCCL_DEBUG\":\"WARN\",\"LANG\":\"de\",\"TRAINING_JOB_NAME\":\"x\"}}"));
    assertEquals(
        Map.of(
            "TRAINING_JOB_NAME", "fraud-17",
            "TRAINING_JOB_ARN", "arn:x",
            "AWS_REGION", "eu-west-1",
            "HEDDLE_ATTEMPT", "3",
            "LANG", "de",
            "NCCL_DEBUG", "WARN",
            "NVIDIA_VISIBLE_DEVICES", "void"),
        AlgorithmEnvironment.of(request, "arn:x", 3, "eu-west-1", false));
    assertFalse(
        AlgorithmEnvironment.of(request, "arn:x", 3, "eu-west-1", true)
            .containsKey("NVIDIA_VISIBLE_DEVICES"));
  }

  private String failure(byte[] content) throws IOException {
    OptMl tree = new OptMl(root.resolve("ml"));
    tree.create();
    if (content != null) {
      Files.write(tree.failure(), content);
    }
    return FailureFile.read(tree);
  }
}
