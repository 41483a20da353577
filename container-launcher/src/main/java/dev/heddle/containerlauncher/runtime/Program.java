package dev.heddle.containerlauncher.runtime;

import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what an image's command line means, as {@code docker run IMAGE train} would for an image
 * without an ENTRYPOINT (SageMaker Developer Guide, "How Amazon SageMaker Runs Your Training
 * Image").
 */
final class Program {
  /** Where Docker images look, after the image itself. */
  static final String SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final String DEFAULT = "train";

  private Program() {}

  /** The command line, its program as an absolute path. */
  static List<String> resolve(AlgorithmCommand command, Path image) throws FaultException {
    List<String> line = new ArrayList<>(command.entrypoint());
    line.addAll(command.arguments());
    if (line.isEmpty()) {
      line.add(DEFAULT);
      requireTrain(command.image(), image);
    }
    line.set(0, find(line.get(0), command, image).toString());
    return line;
  }

  private static void requireTrain(String name, Path image) throws FaultException {
    Path train = image.resolve(DEFAULT);
    if (!Files.isRegularFile(train)) {
      throw new FaultException(
          Blame.CLIENT,
          "The TrainingImage '"
              + name
              + "' has no file 'train' at its root; add one, or name another program in"
              + " ContainerEntrypoint.");
    }
    if (!Files.isExecutable(train)) {
      throw new FaultException(
          Blame.CLIENT,
          "The file 'train' of the TrainingImage '"
              + name
              + "' is not executable; set its mode with chmod +x.");
    }
  }

  private static Path find(String program, AlgorithmCommand command, Path image)
      throws FaultException {
    try {
      List<Path> places = new ArrayList<>(List.of(image.resolve(program)));
      if (program.indexOf('/') < 0) {
        for (String directory : SYSTEM_PATH.split(":", 0)) {
          places.add(Path.of(directory, program));
        }
      }
      for (Path place : places) {
        if (Files.isRegularFile(place) && Files.isExecutable(place)) {
          return place.toAbsolutePath().normalize();
        }
      }
    } catch (InvalidPathException e) {
      // no such program then
    }
    throw new FaultException(
        Blame.CLIENT,
        "The program '"
            + program
            + "' is no executable file in the TrainingImage '"
            + command.image()
            + "' or on the PATH; put 'train' or another program of the image first in"
            + " ContainerEntrypoint.");
  }
}
