package dev.heddle.containerlauncher.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One host's tree of {@code /opt/ml} as it stands on the node (SageMaker Developer Guide, "How
 * Amazon SageMaker Runs Your Training Image").
 *
 * @param root the directory that the algorithm sees as {@link #PATH}
 */
public record OptMl(Path root) {

  /** Where the algorithm finds the tree. */
  public static final String PATH = "/opt/ml";

  /** Makes the directories that stand before the algorithm starts, with mode 755. */
  public void create() throws IOException {
    for (Path directory :
        List.of(
            root,
            config(),
            data(),
            code(),
            model(),
            outputData(),
            checkpoints(),
            root.resolve("output/metrics/sagemaker"),
            root.resolve("output/profiler"),
            root.resolve("output/tensors"),
            root.resolve("output/tensorboard"))) {
      Files.createDirectories(directory);
      for (Path made = directory; made.startsWith(root); made = made.getParent()) {
        // An umask of the NodeManager's must not show in the contract.
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }

  /** Removes what an algorithm leaves, except its checkpoints. */
  public void clearOutput() throws IOException {
    for (Path left : List.of(model(), root.resolve("output"))) {
      if (!Files.exists(left, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      try (Stream<Path> tree = Files.walk(left)) {
        for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(path);
        }
      }
    }
  }

  public Path config() {
    return root.resolve("input/config");
  }

  /** The channels' parent. */
  public Path data() {
    return root.resolve("input/data");
  }

  public Path code() {
    return root.resolve("code");
  }

  public Path model() {
    return root.resolve("model");
  }

  public Path outputData() {
    return root.resolve("output/data");
  }

  /** What the algorithm may write to explain itself; absent before. */
  public Path failure() {
    return root.resolve("output/failure");
  }

  public Path checkpoints() {
    return root.resolve("checkpoints");
  }
}
