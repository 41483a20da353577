package dev.heddle.client.submit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.client.session.CommandException;
import dev.heddle.containerlauncher.conf.InstanceTypes;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.RequestDocument;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A job file without faults: a CreateTrainingJob request as JSON.
 *
 * @param name as the user wrote it, for messages
 * @param document never changed
 */
public record JobFile(String name, JsonNode document, TrainingJobRequest request) {

  /**
   * Reads a job file and checks everything that can be checked without the cluster and S3.
   *
   * @param settings are checked too
   * @throws CommandException with all faults of the file and of the settings, one a line
   */
  public static JobFile read(String name, Settings settings) throws CommandException {
    return read(name, settings, RequestDocument::parse);
  }

  /**
   * The same for a job on this machine alone, which may write to its directories ({@code file:}).
   *
   * @throws CommandException with all faults of the file and of the settings, one a line
   */
  public static JobFile readLocal(String name, Settings settings) throws CommandException {
    return read(name, settings, RequestDocument::parseLocal);
  }

  private interface Parser {
    RequestDocument parse(byte[] text, InstanceTypes instanceTypes);
  }

  private static JobFile read(String name, Settings settings, Parser parser)
      throws CommandException {
    byte[] text = bytes(name);
    List<String> faults = new ArrayList<>(SettingsCheck.faults(settings));
    RequestDocument document;
    try {
      document = parser.parse(text, InstanceTypes.load(settings));
    } catch (IllegalArgumentException e) {
      faults.add(e.getMessage());
      document = RequestDocument.parse(text);
    }
    document.faults().forEach(fault -> faults.add(name + ": " + fault));
    document
        .request()
        .flatMap(request -> isolationFault(request, settings))
        .ifPresent(fault -> faults.add(name + ": " + fault));
    if (!faults.isEmpty()) {
      throw CommandException.input(faults);
    }
    return new JobFile(name, document.json(), document.request().orElseThrow());
  }

  /** Several hosts that may not reach anything else must still reach each other. */
  private static Optional<String> isolationFault(TrainingJobRequest request, Settings settings) {
    boolean possible =
        !request.enableNetworkIsolation()
            || request.hostCount() == 1
            || settings.text(Setting.DOCKER_ISOLATED_NETWORK).isPresent();
    return possible
        ? Optional.empty()
        : Optional.of(
            "$.EnableNetworkIsolation: with several hosts it needs a Docker network without a way"
                + " out, which the administrator sets as "
                + Setting.DOCKER_ISOLATED_NETWORK.key()
                + ": take one host, or leave it out");
  }

  private static byte[] bytes(String name) throws CommandException {
    try (InputStream in = Files.newInputStream(Path.of(name))) {
      // One byte more than is allowed, so that a larger file is refused and not cut.
      return in.readNBytes(RequestDocument.MAX_BYTES + 1);
    } catch (NoSuchFileException | InvalidPathException e) {
      throw CommandException.input(name + ": there is no such file");
    } catch (IOException e) {
      throw CommandException.input(name + ": can't be read: " + e.getMessage());
    }
  }
}
