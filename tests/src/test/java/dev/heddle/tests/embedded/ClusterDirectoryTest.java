package dev.heddle.tests.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterDirectoryTest {
  @TempDir private Path temp;

  @Test
  void oneOfOurOwnGoesAltogether() throws IOException, InterruptedException {
    ClusterDirectory directory = ClusterDirectory.take(Optional.empty());
    Files.writeString(directory.objects().resolve("object"), "x");
    directory.close();
    assertFalse(Files.exists(directory.root()));
  }

  @Test
  void aNamedOneKeepsItsObjectsAndRecordsAndLosesKeysAndWork()
      throws IOException, InterruptedException {
    ClusterDirectory directory = ClusterDirectory.take(Optional.of(temp));
    Files.writeString(directory.objects().resolve("object"), "x");
    Files.writeString(directory.staging().resolve("record"), "x");
    Files.writeString(directory.clientConfiguration().resolve("core-site.xml"), "x");
    directory.close();
    assertTrue(Files.exists(directory.objects().resolve("object")));
    assertTrue(Files.exists(directory.staging().resolve("record")));
    assertFalse(Files.exists(directory.clientConfiguration()));
    assertFalse(Files.exists(directory.nodes()));
  }

  @Test
  void twoClustersDoNotShareADirectory() throws IOException, InterruptedException {
    try (ClusterDirectory first = ClusterDirectory.take(Optional.of(temp))) {
      IOException refused =
          assertThrows(IOException.class, () -> ClusterDirectory.take(Optional.of(temp)));
      assertTrue(refused.getMessage().contains(first.root().toString()), refused.getMessage());
    }
    ClusterDirectory.take(Optional.of(temp)).close();
  }

  @Test
  void whatAKilledClusterLeftRunningIsEndedFirst() throws IOException, InterruptedException {
    ProcessBuilder orphan = new ProcessBuilder("setsid", "sleep", "600");
    orphan.environment().put("LOCAL_DIRS", temp.toRealPath() + "/yarn/nodes/local");
    Process process = orphan.start();
    try {
      ContainerProcesses processes = new ContainerProcesses(temp.toRealPath().resolve("yarn"));
      Awaitility.await().until(() -> processes.find().contains(process.pid()));
      ClusterDirectory.take(Optional.of(temp)).close();
      assertFalse(process.isAlive());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void onlyTheOwnerMayReadKeysAndObjects() throws IOException, InterruptedException {
    try (ClusterDirectory directory = ClusterDirectory.take(Optional.of(temp))) {
      assertEquals("rwx------", permissions(directory.clientConfiguration()));
      assertEquals("rwx------", permissions(directory.objects()));
    }
  }

  @Test
  void publicResourcesLieWhereEverybodyMayPass() throws IOException, InterruptedException {
    Path closed = Files.createDirectory(temp.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    ClusterDirectory directory = ClusterDirectory.take(Optional.of(closed.resolve("cluster")));
    Path resources = directory.publicResources();
    assertFalse(resources.startsWith(closed.toRealPath()), resources.toString());
    assertEquals("rwxr-xr-x", permissions(resources));
    directory.close();
    assertFalse(Files.exists(resources));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
