package dev.heddle.client.engine;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.async.ResultCallbackTemplate;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.StreamType;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** An engine through docker-java. */
public final class DockerEngine implements Engine {
  private static final Logger LOG = LogManager.getLogger(DockerEngine.class);
  private static final double NANOS = 1e9;

  private final DockerClient client;

  private DockerEngine(DockerClient client) {
    this.client = client;
  }

  /**
   * Connects nothing yet.
   *
   * @throws IOException when it is no address that can be used
   */
  public static DockerEngine at(EngineAddress address) throws IOException {
    // No time limit for answers: a wait for a container's end has none.
    return new DockerEngine(address.connect(null));
  }

  @Override
  public Facts facts() throws EngineException {
    Info info = call(() -> client.infoCmd().exec());
    List<String> security = info.getSecurityOptions();
    return new Facts(
        info.getNCPU() == null ? 1 : info.getNCPU(),
        security != null && security.stream().anyMatch(option -> option.contains("name=rootless")));
  }

  @Override
  public Optional<String> imageId(String image) throws EngineException {
    try {
      return Optional.ofNullable(call(() -> client.inspectImageCmd(image).exec()).getId());
    } catch (EngineException e) {
      if (e.getCause() instanceof NotFoundException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public void pull(String image, Consumer<String> progress)
      throws EngineException, InterruptedException {
    boolean tagged = image.contains("@") || image.lastIndexOf(':') > image.lastIndexOf('/');
    PullProgress lines = new PullProgress(progress);
    ResultCallback.Adapter<PullResponseItem> callback =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(PullResponseItem item) {
            lines.took(item);
          }
        };
    // Without a tag an engine brings all there are.
    finish(client.pullImageCmd(tagged ? image : image + ":latest").exec(callback));
    Optional<String> error = lines.error();
    if (error.isPresent()) {
      throw new EngineException(true, error.get(), null);
    }
  }

  @Override
  public void createNetwork(String name, boolean internal, Map<String, String> labels)
      throws EngineException {
    call(
        () ->
            client
                .createNetworkCmd()
                .withName(name)
                .withDriver("bridge")
                .withInternal(internal)
                .withLabels(labels)
                .exec());
  }

  @Override
  public void removeNetwork(String name) throws EngineException {
    unlessGone(() -> client.removeNetworkCmd(name).exec());
  }

  @Override
  public String create(ContainerPlan plan) throws EngineException {
    CreateContainerCmd command =
        client
            .createContainerCmd(plan.image())
            .withName(plan.name())
            .withHostName(plan.hostName())
            .withUser(plan.user())
            .withLabels(plan.labels())
            .withEnv(
                plan.environment().entrySet().stream()
                    .map(variable -> variable.getKey() + "=" + variable.getValue())
                    .sorted()
                    .toList())
            .withHostConfig(hostConfig(plan));
    if (!plan.network().equals("none")) {
      command.withAliases(plan.hostName());
    }
    if (plan.replacesEntrypoint()) {
      command.withEntrypoint(plan.command());
    } else {
      command.withCmd(plan.command());
    }
    return call(() -> command.exec().getId());
  }

  private static HostConfig hostConfig(ContainerPlan plan) {
    Map<String, String> temporary = new HashMap<>();
    plan.temporaryFileSystems().forEach(path -> temporary.put(path, ""));
    HostConfig config =
        HostConfig.newHostConfig()
            .withNetworkMode(plan.network())
            .withMounts(
                plan.binds().stream()
                    .map(
                        bind ->
                            new Mount()
                                .withType(MountType.BIND)
                                .withSource(bind.source())
                                .withTarget(bind.target())
                                .withReadOnly(bind.readOnly()))
                    .toList())
            .withTmpFs(temporary)
            // The output is read from the engine, whatever it does with others' output.
            .withLogConfig(new LogConfig(LogConfig.LoggingType.JSON_FILE, Map.of()));
    plan.limits()
        .ifPresent(
            limits ->
                config
                    .withMemory(limits.memory())
                    .withMemorySwap(limits.memory())
                    .withNanoCPUs(Math.round(limits.cpus() * NANOS)));
    if (!plan.gpus().isEmpty()) {
      config.withDeviceRequests(
          List.of(
              new DeviceRequest()
                  .withDriver("nvidia")
                  .withDeviceIds(plan.gpus())
                  .withCapabilities(List.of(List.of("gpu")))));
    }
    return config;
  }

  @Override
  public void start(String container) throws EngineException {
    call(() -> client.startContainerCmd(container).exec());
  }

  @Override
  public Optional<String> address(String container) throws EngineException {
    InspectContainerResponse found = call(() -> client.inspectContainerCmd(container).exec());
    return found.getNetworkSettings().getNetworks().values().stream()
        .map(ContainerNetwork::getIpAddress)
        .filter(address -> address != null && !address.isEmpty())
        .findFirst();
  }

  @Override
  public void copyOutput(String container, OutputStream out, OutputStream err)
      throws EngineException, InterruptedException {
    ResultCallback.Adapter<Frame> callback =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(Frame frame) {
            try {
              (frame.getStreamType() == StreamType.STDERR ? err : out).write(frame.getPayload());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    finish(
        client
            .logContainerCmd(container)
            .withFollowStream(true)
            .withStdOut(true)
            .withStdErr(true)
            .exec(callback));
  }

  @Override
  public End await(String container) throws EngineException, InterruptedException {
    WaitContainerResultCallback callback = new WaitContainerResultCallback();
    finish(client.waitContainerCmd(container).exec(callback));
    InspectContainerResponse.ContainerState state =
        call(() -> client.inspectContainerCmd(container).exec()).getState();
    Long code = state.getExitCodeLong();
    return new End(code == null ? 0 : code.intValue(), Boolean.TRUE.equals(state.getOOMKilled()));
  }

  @Override
  public void stop(String container, Duration patience) throws EngineException {
    unlessGone(
        () ->
            client
                .stopContainerCmd(container)
                .withTimeout((int) Math.min(Integer.MAX_VALUE, patience.toSeconds()))
                .exec());
  }

  @Override
  public void kill(String container) throws EngineException {
    unlessGone(() -> client.killContainerCmd(container).exec());
  }

  @Override
  public void remove(String container) throws EngineException {
    unlessGone(
        () -> client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec());
  }

  @Override
  public List<Labelled> containers(String label) throws EngineException {
    return call(
            () ->
                client.listContainersCmd().withShowAll(true).withLabelFilter(List.of(label)).exec())
        .stream()
        .map(
            found ->
                new Labelled(
                    found.getId(),
                    String.join(",", found.getNames()),
                    found.getLabels(),
                    "running".equals(found.getState())))
        .toList();
  }

  @Override
  public List<Labelled> networks(String label) throws EngineException {
    return call(() -> client.listNetworksCmd().withFilter("label", List.of(label)).exec()).stream()
        .map(
            found -> new Labelled(found.getId(), found.getName(), labels(found.getLabels()), false))
        .toList();
  }

  private static Map<String, String> labels(Map<String, String> found) {
    return found == null
        ? Map.of()
        : found.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private interface Removal {
    void run();
  }

  private void unlessGone(Removal removal) throws EngineException {
    try {
      call(
          () -> {
            removal.run();
            return true;
          });
    } catch (EngineException e) {
      // A conflict: it isn't running, or is being removed already.
      boolean gone =
          e.getCause() instanceof NotFoundException
              || e.getCause() instanceof NotModifiedException
              || e.getCause() instanceof ConflictException;
      if (!gone) {
        throw e;
      }
      LOG.debug("nothing to end", e);
    }
  }

  private static <T> T call(Supplier<T> call) throws EngineException {
    try {
      return call.get();
    } catch (RuntimeException e) {
      throw translated(e);
    }
  }

  private static void finish(ResultCallbackTemplate<?, ?> callback)
      throws EngineException, InterruptedException {
    try {
      callback.awaitCompletion();
    } catch (RuntimeException e) {
      throw translated(e);
    } finally {
      try {
        callback.close();
      } catch (IOException e) {
        LOG.debug("closing an answer of the engine", e);
      }
    }
  }

  private static EngineException translated(RuntimeException failure) {
    if (failure instanceof DockerException) {
      return new EngineException(true, EngineWords.of(failure.getMessage()), failure);
    }
    // That is how docker-java passes on what went wrong on the way.
    Throwable cause = failure.getCause() instanceof IOException io ? io : failure;
    return new EngineException(false, String.valueOf(cause.getMessage()), failure);
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      LOG.debug("closing the way to the engine", e);
    }
  }
}
