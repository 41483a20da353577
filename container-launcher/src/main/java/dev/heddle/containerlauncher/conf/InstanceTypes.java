package dev.heddle.containerlauncher.conf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one host of each instance type is on this cluster ({@code conf/instance-types.json}, and the
 * administrator's own file where {@code heddle.instance-types} names one).
 */
public final class InstanceTypes {
  private static final String BUILT_IN = "instance-types.json";

  private final Map<String, InstanceType> types;

  InstanceTypes(Map<String, InstanceType> types) {
    this.types = Collections.unmodifiableMap(new TreeMap<>(types));
  }

  /**
   * @param memoryMb MiB
   * @param nodeLabel empty for any node
   */
  public record InstanceType(
      String name, long memoryMb, int vcores, int gpus, Optional<String> nodeLabel) {}

  public Optional<InstanceType> find(String name) {
    return Optional.ofNullable(types.get(name));
  }

  /** All of them, sorted by name. */
  public Map<String, InstanceType> all() {
    return types;
  }

  /** The known name that is most likely meant, such as one with "ml."; empty when none is near. */
  public Optional<String> nearest(String name) {
    if (types.containsKey("ml." + name)) {
      return Optional.of("ml." + name);
    }
    // Names of instance types are so alike that a third of the letters would say nothing.
    return NearestName.within(2, name, types.keySet());
  }

  /**
   * The built-in types, then those of the file that {@code heddle.instance-types} names, which is
   * on this machine: an entry of the same name replaces the built-in one as a whole.
   *
   * @throws IllegalArgumentException naming the file and the entry that is wrong
   */
  public static InstanceTypes load(Settings settings) {
    Map<String, InstanceType> all = new TreeMap<>(builtIn());
    settings.text(Setting.INSTANCE_TYPES).ifPresent(file -> all.putAll(ofAdministrator(file)));
    return new InstanceTypes(all);
  }

  /** Those that are inside the jar. */
  public static InstanceTypes builtInTypes() {
    return new InstanceTypes(builtIn());
  }

  private static Map<String, InstanceType> builtIn() {
    try (InputStream in = InstanceTypes.class.getResourceAsStream(BUILT_IN)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + BUILT_IN);
      }
      return InstanceTypesFile.read("the built-in " + BUILT_IN, in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException("the jar's " + BUILT_IN + " can't be read", e);
    }
  }

  private static Map<String, InstanceType> ofAdministrator(String file) {
    byte[] text;
    try {
      text = Files.readAllBytes(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          Setting.INSTANCE_TYPES.key() + ": there is no file " + file + " on this machine", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          Setting.INSTANCE_TYPES.key() + ": " + file + " can't be read: " + e.getMessage(), e);
    }
    return InstanceTypesFile.read(file, text);
  }
}
