package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a submission finds of a job's inputs before anything is submitted. */
class SubmittedInputsTest {
  @TempDir Path directory;
  private FakeWorld world;
  private String job;

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
    world.store.with("s3://in/train/part-1", "1").with("s3://in/train/part-2", "2");
    world.store.with("s3://images/digits.tar.gz", "image");
    job = path(JobFiles.valid("digits-1"));
  }

  private String path(String text) {
    try {
      return JobFiles.write(directory, text).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int submit() {
    return world.run("submit", "--job", job);
  }

  private void assertNothingLeft() {
    assertEquals(List.of(), world.cluster.submitted);
    assertFalse(Files.exists(world.staging("digits-1")));
    assertEquals(0, world.store.uploadsLeftOpen());
  }

  @Test
  void inputsAreLookedAtWithoutListingThemAll() {
    for (int i = 0; i < 1000; i++) {
      world.store.with("s3://in/train/more-" + i, "x");
    }
    assertEquals(0, submit());
    assertTrue(world.store.objectsListed() < 10, "listed " + world.store.objectsListed());
  }

  @Test
  void anEmptyPrefixIsAValidationExceptionThatNamesTheChannel() {
    job = path(JobFiles.valid("digits-1").replace("s3://in/train/", "s3://in/nothing/"));
    assertEquals(2, submit());
    assertTrue(world.err().contains("ValidationException: No S3 objects found"), world.err());
    assertTrue(world.err().contains("channel 'train'"), world.err());
    assertTrue(world.err().contains("us-east-1"), world.err());
    assertNothingLeft();
  }

  /** The mount table stands for a cluster's shared file system. */
  @Test
  void aChannelOnAHadoopFileSystemIsLookedAtThere() throws Exception {
    Path warehouse = Files.createDirectories(directory.resolve("warehouse/in"));
    Files.writeString(
        directory.resolve("conf/core-site.xml"),
        "<configuration><property><name>fs.viewfs.mounttable.loom.link./warehouse</name><value>"
            + directory.resolve("warehouse").toUri()
            + "</value></property></configuration>");
    job = path(JobFiles.valid("digits-1").replace("s3://in/train/", "viewfs://loom/warehouse/in/"));
    assertEquals(2, submit());
    assertTrue(
        world
            .err()
            .contains(
                "ValidationException: No S3 objects found under S3 URL"
                    + " \"viewfs://loom/warehouse/in/\" given in input data source. Please ensure"
                    + " that files exist under that path"),
        world.err());
    assertNothingLeft();

    Files.writeString(warehouse.resolve("part-1"), "1");
    assertEquals(0, submit(), world::err);
  }

  @Test
  void aChannelOnAFileSystemThatHadoopLacksIsRefusedWithTheRemedy() {
    job = path(JobFiles.valid("digits-1").replace("s3://in/train/", "loom://warehouse/in/"));
    assertEquals(2, submit());
    assertTrue(world.err().contains("fs.loom.impl"), world.err());
    assertTrue(world.err().contains("channel 'train'"), world.err());
    assertNothingLeft();
  }

  @Test
  void aManifestMustBeOneAndNameWhatIsThere() {
    String manifest =
        JobFiles.valid("digits-1")
            .replace("S3Prefix", "ManifestFile")
            .replace("s3://in/train/", "s3://in/manifest");
    job = path(manifest);
    world.store.with("s3://in/manifest", "[{\"prefix\": \"s3://in/train/\"}, \"part-1\"]");
    assertEquals(0, submit(), world::err);

    job = path(manifest.replace("digits-1", "digits-2"));
    world.store.with("s3://in/manifest", "[{\"prefix\": \"s3://in/train/\"}, \"part-9\"]");
    assertEquals(2, submit());
    assertTrue(world.err().contains("s3://in/train/part-9"), world.err());

    world.store.with("s3://in/manifest", "[{\"prefix\": \"s3://in/train/\"}]");
    assertEquals(2, submit());
    assertTrue(world.err().contains("names no object"), world.err());

    world.store.with("s3://in/manifest", "not json");
    assertEquals(2, submit());
    assertTrue(world.err().contains("the manifest can't be read"), world.err());
  }
}
