package dev.heddle.containerlauncher.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagesTest {
  @TempDir private Path dir;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final MemoryStore s3 = new MemoryStore();
  private TarArchiveOutputStream tar;

  @Test
  void aLocalDirectoryIsUsedWhereItStands() throws Exception {
    Path image = TestImage.script(dir.resolve("my image"), "exit 0");
    assertEquals(image, fetch(image.toUri().toString()));
    assertEquals(image, fetch(image.toString()));
    assertFalse(Files.exists(dir.resolve("into")));
  }

  @Test
  void anArchiveIsUnpackedWithItsModesAndLinks() throws Exception {
    openTar();
    file("./train", 0755, "#!/bin/sh\nexit 0\n");
    file("lib/data.bin", 0640, "d");
    link("python", TarConstants.LF_SYMLINK, "/usr/bin/python3");
    link("again", TarConstants.LF_LINK, "lib/data.bin");
    Path archive = Files.write(dir.resolve("image.tar.gz"), closeTar());
    Path root = fetch(archive.toString());
    assertEquals(dir.resolve("into"), root);
    assertEquals("rwxr-xr-x", mode(root.resolve("train")));
    assertEquals("rw-r-----", mode(root.resolve("lib/data.bin")));
    assertEquals(Path.of("/usr/bin/python3"), Files.readSymbolicLink(root.resolve("python")));
    assertEquals("d", Files.readString(root.resolve("again")));
  }

  @Test
  void nothingIsWrittenThroughALinkOfTheArchive() throws Exception {
    Path victim = Files.createDirectories(dir.resolve("victim"));
    openTar();
    link("out", TarConstants.LF_SYMLINK, victim.toString());
    file("out/evil", 0644, "x");
    assertRefused("would write through 'out'");
    assertEquals(0, victim.toFile().list().length);
  }

  @Test
  void aFileThatReplacesALinkLeavesItsTargetAlone() throws Exception {
    Path victim = Files.writeString(dir.resolve("victim"), "kept");
    openTar();
    link("name", TarConstants.LF_SYMLINK, victim.toString());
    file("name", 0644, "new");
    Path root = fetch(Files.write(dir.resolve("image.tar.gz"), closeTar()).toString());
    assertEquals("kept", Files.readString(victim));
    assertEquals("new", Files.readString(root.resolve("name")));
  }

  @ParameterizedTest
  @CsvSource({"../evil", "a/../../evil", "/etc/evil"})
  void aNameOutsideTheArchiveIsRefused(String name) throws Exception {
    openTar();
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(0);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
    assertRefused("would stand outside the image");
  }

  @Test
  void aHardLinkToAnythingOutsideIsRefused() throws Exception {
    openTar();
    link("shadow", TarConstants.LF_LINK, "../../../../../../etc/hostname");
    assertRefused("would stand outside the image");
    bytes.reset();
    openTar();
    link("out", TarConstants.LF_SYMLINK, "/etc");
    link("shadow", TarConstants.LF_LINK, "out/hostname");
    assertRefused("links through 'out'");
  }

  @Test
  void aFileThatIsNoArchiveIsTheClientsFault() throws Exception {
    Path file = Files.writeString(dir.resolve("image.tar.gz"), "no archive");
    FaultException fault = assertThrows(FaultException.class, () -> fetch(file.toString()));
    assertEquals(Blame.CLIENT, fault.fault().blame());
    assertTrue(
        fault.fault().message().contains("could not be brought to the node: Not in GZIP format"));
  }

  @ParameterizedTest
  @CsvSource({"s3://bucket/images/one", "s3://bucket/images/one/"})
  void aDirectoryInS3IsCopiedAndItsProgramsAreExecutable(String uri) throws Exception {
    s3.put("images/one/train", "#!/bin/sh\nexit 0\n");
    s3.put("images/one/lib/tool", "\u007fELFxyz");
    s3.put("images/one/lib/notes", "no");
    s3.put("images/one/empty/", "");
    s3.put("images/one-more/train", "another image's");
    Path root = fetch(uri);
    assertEquals("rwxr-xr-x", mode(root.resolve("train")));
    assertEquals("rwxr-xr-x", mode(root.resolve("lib/tool")));
    assertEquals("rw-r--r--", mode(root.resolve("lib/notes")));
    assertEquals("no", Files.readString(root.resolve("lib/notes")));
  }

  @Test
  void anArchiveInS3IsUnpacked() throws Exception {
    openTar();
    file("train", 0755, "#!/bin/sh\n");
    s3.put("i.tgz", closeTar());
    assertTrue(Files.isExecutable(fetch("s3://bucket/i.tgz").resolve("train")));
  }

  @Test
  void imagesComeFromEveryFileSystemThatHadoopKnows() throws Exception {
    TestImage.script(dir.resolve("there/one"), "exit 0");
    Files.createDirectories(dir.resolve("there/one/lib"));
    Files.writeString(dir.resolve("there/one/lib/x"), "x");
    openTar();
    file("train", 0755, "#!/bin/sh\n");
    Files.write(dir.resolve("there/two.tar.gz"), closeTar());
    Path root = fetch("viewfs://cluster/images/one");
    assertTrue(Files.isExecutable(root.resolve("train")));
    assertEquals("x", Files.readString(root.resolve("lib/x")));
    assertTrue(Files.isExecutable(fetch("viewfs://cluster/images/two.tar.gz").resolve("train")));
    assertFault("viewfs://cluster/images/none", "is no directory that exists.");
  }

  @Test
  void anImageThatIsNotThereIsNamed() {
    assertFault("/no/such/image", "'/no/such/image' is no directory that exists on the node");
    assertFault(
        "file:///no/such.tar.gz", "'file:///no/such.tar.gz' is no archive that exists on the node");
    assertFault("s3://bucket/none", "'s3://bucket/none' is no directory that exists.");
    assertFault("s3://bucket/none.tar.gz", "'s3://bucket/none.tar.gz' is no archive that exists.");
    assertFault(
        "nosuch://x/y",
        "'nosuch://x/y' could not be brought to the node: No FileSystem for scheme");
    assertFault(
        "registry.acme/fraud:4",
        "can't run the TrainingImage 'registry.acme/fraud:4'; give it a directory");
  }

  @Test
  void anImageWithoutATrainThatRunsSaysWhatToDo() throws Exception {
    Path image = Files.createDirectories(dir.resolve("image"));
    AlgorithmCommand command = new AlgorithmCommand(image.toString(), List.of(), List.of());
    assertMessage("has no file 'train' at its root", () -> Program.resolve(command, image));
    Files.writeString(image.resolve("train"), "x");
    assertMessage(
        "is not executable; set its mode with chmod +x", () -> Program.resolve(command, image));
  }

  @Test
  void theEntrypointIsLookedForInTheImageFirstAndThenOnThePath() throws Exception {
    Path image = TestImage.program(dir.resolve("image"), "sh", "exit 0");
    assertEquals(
        List.of(image.resolve("sh").toString(), "-c", "x"),
        Program.resolve(new AlgorithmCommand("i", List.of("sh", "-c"), List.of("x")), image));
    assertTrue(
        Program.resolve(new AlgorithmCommand("i", List.of("env"), List.of()), image)
            .get(0)
            .endsWith("/bin/env"));
    assertEquals(
        List.of("/bin/sh"),
        Program.resolve(new AlgorithmCommand("i", List.of(), List.of("/bin/sh")), image));
    assertMessage(
        "'--epochs' is no executable file in the TrainingImage 'i' or on the PATH; put 'train'",
        () ->
            Program.resolve(new AlgorithmCommand("i", List.of(), List.of("--epochs", "3")), image));
  }

  private Path fetch(String image) throws FaultException, InterruptedException {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.viewfs.impl", "org.apache.hadoop.fs.viewfs.ViewFileSystem");
    hadoop.set("fs.file.impl", "org.apache.hadoop.fs.LocalFileSystem");
    hadoop.set(
        "fs.viewfs.mounttable.cluster.link./images", dir.resolve("there").toUri().toString());
    return new ImageFetch(hadoop, () -> s3).fetch(TrainingImage.parse(image), dir.resolve("into"));
  }

  private void assertFault(String image, String text) {
    assertMessage(text, () -> fetch(image));
  }

  private static void assertMessage(String text, org.junit.jupiter.api.function.Executable action) {
    FaultException fault = assertThrows(FaultException.class, action);
    assertEquals(Blame.CLIENT, fault.fault().blame());
    assertTrue(fault.fault().message().contains(text), fault.fault().message());
  }

  private void assertRefused(String text) throws IOException {
    Path archive = Files.write(dir.resolve("image.tar.gz"), closeTar());
    assertFault(archive.toString(), text);
    assertFalse(Files.exists(dir.resolve("evil")));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private void openTar() throws IOException {
    tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes), "UTF-8");
  }

  private byte[] closeTar() throws IOException {
    tar.close();
    return bytes.toByteArray();
  }

  private void file(String name, int mode, String content) throws IOException {
    byte[] body = content.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(mode);
    entry.setSize(body.length);
    tar.putArchiveEntry(entry);
    tar.write(body);
    tar.closeArchiveEntry();
  }

  private void link(String name, byte kind, String target) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, kind);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }
}
