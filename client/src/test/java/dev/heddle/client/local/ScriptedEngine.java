package dev.heddle.client.local;

import dev.heddle.client.engine.ContainerPlan;
import dev.heddle.client.engine.Engine;
import dev.heddle.client.engine.EngineException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** An engine in memory whose containers end when a test says so, or when they are told to. */
final class ScriptedEngine implements Engine {
  /** A container there is. */
  static final class Container {
    final ContainerPlan plan;
    final CompletableFuture<End> end = new CompletableFuture<>();
    final List<String> signals = new ArrayList<>();
    boolean started;

    Container(ContainerPlan plan) {
      this.plan = plan;
    }
  }

  final Map<String, Container> containers = new LinkedHashMap<>();
  final Map<String, Labelled> networks = new LinkedHashMap<>();
  final List<String> removed = new ArrayList<>();

  /** What a start is refused with; null for none. */
  String refusal;

  /** Whether a stop signal makes a container exit with 143. */
  boolean obedient = true;

  synchronized Container container(String name) {
    return containers.get(name);
  }

  synchronized List<String> names() {
    return List.copyOf(containers.keySet());
  }

  void end(String name, int exitCode, boolean outOfMemory) {
    container(name).end.complete(new End(exitCode, outOfMemory));
  }

  @Override
  public Facts facts() {
    return new Facts(4, false);
  }

  @Override
  public Optional<String> imageId(String image) {
    return Optional.of("sha256:ab");
  }

  @Override
  public void pull(String image, Consumer<String> progress) {}

  @Override
  public synchronized void createNetwork(
      String name, boolean internal, Map<String, String> labels) {
    networks.put(name, new Labelled(name, name, labels, false));
  }

  @Override
  public synchronized void removeNetwork(String name) {
    networks.remove(name);
  }

  @Override
  public synchronized String create(ContainerPlan plan) {
    containers.put(plan.name(), new Container(plan));
    return plan.name();
  }

  @Override
  public synchronized void start(String container) throws EngineException {
    if (refusal != null) {
      throw new EngineException(true, refusal, null);
    }
    containers.get(container).started = true;
  }

  @Override
  public Optional<String> address(String container) {
    return Optional.of("172.18.0." + (1 + names().indexOf(container)));
  }

  @Override
  public void copyOutput(String container, OutputStream out, OutputStream err)
      throws InterruptedException {
    try {
      out.write("begins\n".getBytes(StandardCharsets.UTF_8));
      await(container);
      err.write("ends without a line's end".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public End await(String container) throws InterruptedException {
    try {
      return container(container).end.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void stop(String container, Duration patience) {
    signal(container, "TERM", 143, obedient);
  }

  @Override
  public void kill(String container) {
    signal(container, "KILL", 137, true);
  }

  private void signal(String name, String signal, int code, boolean ends) {
    Container container = container(name);
    synchronized (this) {
      container.signals.add(signal);
    }
    if (ends) {
      container.end.complete(new End(code, false));
    }
  }

  @Override
  public void remove(String container) {
    Container gone;
    synchronized (this) {
      gone = containers.remove(container);
      removed.add(container);
    }
    if (gone != null) {
      gone.end.complete(new End(137, false));
    }
  }

  @Override
  public synchronized List<Labelled> containers(String label) {
    return containers.values().stream()
        .filter(container -> container.plan.labels().containsKey(label))
        .map(c -> new Labelled(c.plan.name(), c.plan.name(), c.plan.labels(), c.started))
        .toList();
  }

  @Override
  public synchronized List<Labelled> networks(String label) {
    return networks.values().stream().filter(n -> n.labels().containsKey(label)).toList();
  }

  @Override
  public void close() {}
}
