package dev.heddle.client.engine;

import java.io.Closeable;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The port to the Docker engine. Calls block; all but {@link #close} may be made by many threads.
 */
public interface Engine extends Closeable {

  /**
   * What the engine is.
   *
   * @param cpus of its machine
   * @param rootless whether root in a container is the engine's own user
   */
  record Facts(int cpus, boolean rootless) {}

  /**
   * How a container ended.
   *
   * @param outOfMemory whether the kernel killed it for its limit
   */
  record End(int exitCode, boolean outOfMemory) {}

  /** Something of the engine's that carries a label. */
  record Labelled(String id, String name, Map<String, String> labels, boolean running) {
    public Labelled {
      labels = Map.copyOf(labels);
    }
  }

  Facts facts() throws EngineException;

  /** Empty when the engine doesn't have the image. */
  Optional<String> imageId(String image) throws EngineException;

  /**
   * Brings an image from its registry.
   *
   * @param progress is given a line now and then
   */
  void pull(String image, Consumer<String> progress) throws EngineException, InterruptedException;

  /**
   * Makes a bridge network.
   *
   * @param internal whether nothing but its own containers can be reached there
   */
  void createNetwork(String name, boolean internal, Map<String, String> labels)
      throws EngineException;

  /** One that isn't there is no error. */
  void removeNetwork(String name) throws EngineException;

  /** Returns the container's id. */
  String create(ContainerPlan plan) throws EngineException;

  void start(String container) throws EngineException;

  /** The container's address on its network; empty where it has none. */
  Optional<String> address(String container) throws EngineException;

  /** Copies what the container prints, from its beginning until it ends. */
  void copyOutput(String container, OutputStream out, OutputStream err)
      throws EngineException, InterruptedException;

  /** Waits until it has ended. */
  End await(String container) throws EngineException, InterruptedException;

  /** Sends the image's stop signal (TERM, mostly), then KILL after the patience. */
  void stop(String container, Duration patience) throws EngineException;

  /** One that has ended is no error. */
  void kill(String container) throws EngineException;

  /** Removes a container, running or not; one that isn't there is no error. */
  void remove(String container) throws EngineException;

  /** All containers that have the label, whatever its value. */
  List<Labelled> containers(String label) throws EngineException;

  /** All networks that have the label, whatever its value. */
  List<Labelled> networks(String label) throws EngineException;

  @Override
  void close();
}
