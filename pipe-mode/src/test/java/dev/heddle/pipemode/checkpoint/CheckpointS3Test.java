package dev.heddle.pipemode.checkpoint;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TestS3Server;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a real server, whose tags are of its own making. */
@Timeout(60)
class CheckpointS3Test {

  @Test
  void whatWentUpIsKnownByItsTag(@TempDir Path base) throws Exception {
    ObjectUri folder = ObjectUri.parse("s3://bucket/ckpt");
    try (TestS3Server server = new TestS3Server()) {
      server.createBucket("bucket");
      try (S3ObjectStore store = S3ObjectStore.open(server.access());
          TestHost host =
              new TestHost(
                  store, folder, Files.createDirectory(base.resolve("1")), TestHost.QUICK);
          TestHost other =
              new TestHost(
                  store, folder, Files.createDirectory(base.resolve("2")), TestHost.QUICK)) {
        String name = "small " + TestHost.UNICODE + "\n+";
        byte[] large = new byte[11 << 20];
        new Random(3).nextBytes(large);
        host.begin();
        host.write(name, "small");
        Files.write(host.path("large"), large);
        host.awaitSynced(2);
        assertEquals(List.of(), host.flush());
        host.begin();
        assertEquals(0, host.received(), "it is what is listed");
        other.begin();
        assertArrayEquals(large, Files.readAllBytes(other.path("large")));
        assertEquals("small", other.read(name));

        Files.delete(other.path("large"));
        await().until(() -> other.folder().status().filesDeleted() == 1);
        Files.delete(host.path(name));
        await().until(() -> host.folder().status().filesDeleted() == 1);
        assertEquals(List.of(), host.flush());
        assertEquals(List.of(), other.flush());
        assertEquals(List.of(), CheckpointListing.of(store, folder));
      }
    }
  }
}
