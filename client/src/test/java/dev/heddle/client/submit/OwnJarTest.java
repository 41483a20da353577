package dev.heddle.client.submit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.am.launch.Staging;
import dev.heddle.client.Main;
import dev.heddle.client.session.CommandException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnJarTest {
  @TempDir Path directory;

  private static byte[] bytes(Class<?> type) throws Exception {
    try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
      return in.readAllBytes();
    }
  }

  private static String entry(Class<?> type) {
    return type.getName().replace('.', '/') + ".class";
  }

  private Path jar(Class<?>... types) throws Exception {
    Path jar = directory.resolve("heddle.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "1.2.3");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream writer = new JarOutputStream(out, manifest)) {
      for (Class<?> type : types) {
        writer.putNextEntry(new JarEntry(entry(type)));
        writer.write(bytes(type));
      }
    }
    return jar;
  }

  @Test
  void theJarIsFoundAlsoWhenHadoopHasUnpackedItAndLoadsFromTheDirectory() throws Exception {
    Path jar = jar(Main.class, Staging.class);
    Path unpacked = directory.resolve("unjar");
    Path file = unpacked.resolve(entry(Main.class));
    Files.createDirectories(file.getParent());
    Files.write(file, bytes(Main.class));
    // RunJar's order: the directory, then the jar; without a parent, to keep this test's class out.
    URL[] path = {unpacked.toUri().toURL(), jar.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
      Class<?> program = loader.loadClass(Main.class.getName());
      assertEquals(jar, OwnJar.of(program));
      assertEquals("1.2.3", OwnJar.version(program).orElseThrow());
    }
  }

  @Test
  void aJarWithoutTheMasterIsNotTheWholeProgram() throws Exception {
    Path jar = jar(Main.class);
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      Class<?> program = loader.loadClass(Main.class.getName());
      var refused = assertThrows(CommandException.class, () -> OwnJar.of(program));
      assertEquals(2, refused.exitCode());
    }
  }

  @Test
  void aClassDirectoryIsRefusedWithTheRemedy() {
    var refused = assertThrows(CommandException.class, () -> OwnJar.of(Main.class));
    assertTrue(refused.getMessage().contains("mvn package"), refused.getMessage());
  }
}
