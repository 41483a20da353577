package dev.heddle.client.local;

import dev.heddle.client.engine.Engine;
import dev.heddle.client.engine.EngineAddress;
import dev.heddle.client.engine.EngineException;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/**
 * This machine's engine, and the image in it.
 *
 * @param engine to be closed by whoever opened it
 */
record EngineOpening(Engine engine, Engine.Facts facts) {

  /**
   * @throws CommandException one sentence, when there is no engine that answers
   */
  static EngineOpening open(Session session) throws CommandException {
    Optional<EngineAddress> address = EngineAddress.of(session.environment(), EngineAddress.SOCKET);
    if (address.isEmpty()) {
      throw CommandException.unreachable(
          "heddle local needs a Docker engine and finds none: DOCKER_HOST is not set, and there is"
              + " no "
              + EngineAddress.SOCKET
              + ". Install one (on Debian: apt-get install docker.io), or run the job on a cluster:"
              + " heddle submit",
          null);
    }
    Engine engine = null;
    try {
      engine = session.world().engine(address.get());
      EngineOpening opened = new EngineOpening(engine, engine.facts());
      engine = null;
      return opened;
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      boolean denied = why.toLowerCase(Locale.ROOT).contains("permission denied");
      throw CommandException.unreachable(
          "heddle local needs a Docker engine, and the one at "
              + address.get().host()
              + " does not answer: "
              + why
              + (denied ? ". Let your user ask it: sudo usermod -aG docker $USER" : ""),
          e);
    } finally {
      if (engine != null) {
        engine.close();
      }
    }
  }

  /**
   * Has the image there.
   *
   * @throws CommandException one sentence, when it can't be had
   */
  void bring(String image, Console console) throws CommandException, InterruptedException {
    try {
      if (engine.imageId(image).isPresent()) {
        return;
      }
      console.progress("Pulling " + image);
      engine.pull(image, line -> console.progress("  " + line));
    } catch (EngineException e) {
      throw new CommandException(
          e.refused() ? ExitCode.INPUT : ExitCode.UNREACHABLE,
          "the image "
              + image
              + " ($.AlgorithmSpecification.TrainingImage) is not on this machine and can't be"
              + " pulled: "
              + e.getMessage()
              + ". Build it here, or pull it yourself where its registry wants a login: docker pull"
              + " "
              + image,
          e);
    }
  }
}
