package dev.heddle.client.local;

import dev.heddle.am.JobRun;
import dev.heddle.am.launch.HostShape;
import dev.heddle.client.engine.ContainerPlan.Limits;
import dev.heddle.client.engine.Engine;
import dev.heddle.client.job.JobRecord;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Console;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import dev.heddle.client.submit.DataLook;
import dev.heddle.client.submit.Findings;
import dev.heddle.client.submit.HostSizes;
import dev.heddle.client.submit.JobFile;
import dev.heddle.client.submit.S3Opening;
import dev.heddle.client.watch.Conclusion;
import dev.heddle.client.watch.JobWatch;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.ImageKind;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.protocol.JobTokenSecrets;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.RoutedStore;
import dev.heddle.pipemode.directory.DirectoryStore;
import dev.heddle.pipemode.hadoop.HadoopObjectSource;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** One job on this machine, from its job file to its end, after which nothing of it is left. */
public final class LocalJob {
  private static final Logger LOG = LogManager.getLogger(LocalJob.class);
  private static final String LOOPBACK = "127.0.0.1";
  private static final Path NVIDIA = Path.of("/proc/driver/nvidia/gpus");
  private static final int SECRET_BYTES = 32;

  private final Session session;
  private final LocalRequest wanted;
  private final JobFile file;
  private final TrainingJobRequest request;
  private final Settings settings;
  private final S3Opening s3;

  /**
   * @param settings the ones that {@link JobFile#readLocal} checked, {@link #settings} among them
   * @param s3 begun with the same settings
   */
  public LocalJob(
      Session session, LocalRequest wanted, JobFile file, Settings settings, S3Opening s3) {
    this.session = session;
    this.wanted = wanted;
    this.file = file;
    this.request = file.request();
    this.settings = settings;
    this.s3 = s3;
  }

  /**
   * What a job on one machine needs set: all hosts on it, and a network of the job's own.
   *
   * @param network its name
   */
  public static Map<String, String> settings(String network) {
    return Map.of(
        Setting.PLACEMENT.key(), "pack",
        Setting.DOCKER_NETWORK.key(), network,
        Setting.DOCKER_ISOLATED_NETWORK.key(), network);
  }

  /**
   * Runs it.
   *
   * @return the exit code
   * @throws CommandException when anything is wrong before it starts; then nothing is left behind
   */
  public int run() throws IOException, CommandException, InterruptedException {
    checkMachine();
    Findings findings = new Findings();
    lookAtData(findings);
    findings.settle(session.console());
    EngineOpening opened = EngineOpening.open(session);
    try (Engine engine = opened.engine()) {
      Leftovers leftovers = new Leftovers(engine);
      Leftovers.refuseSecond(wanted.above(), request.trainingJobName());
      leftovers.removeOrphans(wanted.above());
      opened.bring(request.algorithmSpecification().trainingImage(), session.console());
      return run(opened, leftovers);
    }
  }

  private void checkMachine() throws CommandException {
    if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
      throw CommandException.input(
          "heddle local runs on Linux alone: named pipes don't pass into the virtual machine in"
              + " which other systems keep their Docker engine");
    }
    if (request.imageKind() != ImageKind.DOCKER) {
      throw CommandException.input(
          file.name()
              + ": $.AlgorithmSpecification.TrainingImage: heddle local runs Docker images: write"
              + " the name of one");
    }
  }

  private void lookAtData(Findings findings) throws CommandException, InterruptedException {
    Duration patience = s3.choice().forClient().retryFor();
    try (ObjectSource hadoop = HadoopObjectSource.withLocalFiles(session.hadoop(), patience)) {
      new DataLook(session, request, findings)
          .look(
              new RoutedStore(s3.store(), new DirectoryStore()),
              hadoop,
              s3.choice().access().region(),
              ConcurrentHashMap.newKeySet());
    } catch (IOException e) {
      findings.unreachable("S3 can't be reached: " + e.getMessage());
    }
  }

  private int run(EngineOpening opened, Leftovers leftovers)
      throws IOException, CommandException, InterruptedException {
    byte[] random = new byte[3];
    new SecureRandom().nextBytes(random);
    String run = request.trainingJobName() + "-" + HexFormat.of().formatHex(random);
    String network = "heddle-" + run;
    HostDirectories directories = new HostDirectories(wanted.above().resolve(run));
    Owner owner = Owner.self();
    Map<String, String> labels = Leftovers.labels(run, owner);
    directories.create();
    try {
      Leftovers.claim(directories, owner);
      if (request.hostCount() > 1 || !request.enableNetworkIsolation()) {
        opened.engine().createNetwork(network, request.enableNetworkIsolation(), labels);
      }
      return run(opened, network, directories, labels);
    } finally {
      leftovers.removeRun(run);
      remove(directories);
    }
  }

  private void remove(HostDirectories directories) {
    try {
      if (wanted.keep()) {
        Leftovers.release(directories);
        session.console().progress("Kept: " + directories.root());
      } else {
        HostDirectories.delete(directories.root());
      }
    } catch (IOException e) {
      session.console().warn(directories.root() + " could not be removed: " + e);
    }
  }

  private int run(
      EngineOpening opened, String network, HostDirectories directories, Map<String, String> labels)
      throws IOException, CommandException, InterruptedException {
    HostShape shape = HostSizes.shape(request, settings);
    GpuShares gpus = gpus(shape);
    Map<String, String> values = new TreeMap<>(settings.values());
    values.putAll(s3.choice().asSettings());
    values.putAll(settings(network));
    Settings all =
        new HostShape(
                shape.instanceType(),
                shape.memoryMb(),
                shape.vcores(),
                gpus.each(),
                shape.nodeLabel())
            .addTo(new Settings(values));
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    JobTokenSecrets tokens = new JobTokenSecrets(network, secret);
    Containers containers =
        new Containers(
            user(opened.facts(), directories),
            !request.algorithmSpecification().containerEntrypoint().isEmpty(),
            wanted.mounts(),
            labels,
            limits(shape, opened.facts()),
            gpus);
    try (JobRun run =
        JobRun.alone(
            new org.apache.hadoop.fs.Path(directories.staging().toUri()),
            Json.write(file.document()),
            all,
            new JobRun.Identity(network, 1, tokens, s3.choice().access().keys(), true),
            session.hadoop(),
            session.world().clock())) {
      AgentStart agents = new AgentStart();
      ContainerWork work =
          new ContainerWork(opened.engine(), containers, directories, session.console().out());
      try (LocalCluster cluster = new LocalCluster(network, agents, work, run::post)) {
        InetSocketAddress master = run.open(cluster, LOOPBACK, LOOPBACK);
        agents.begin(
            new AgentJvms(
                java(),
                classPath(),
                settings.text(Setting.AGENT_JAVA_OPTIONS).orElse(""),
                directories,
                tokens,
                master));
        cluster.start();
        return watch(run);
      }
    }
  }

  private int watch(JobRun run) throws IOException, CommandException, InterruptedException {
    // What the algorithms print goes between: nothing may be redrawn in place.
    Console console = new Console(session.console().out(), session.console().err(), false);
    StopKeys keys =
        new StopKeys(
            console, settings.duration(Setting.STOP_GRACE), run::stop, Thread.currentThread());
    try (Closeable caught = session.world().insteadOfEnd(keys::pressed)) {
      LOG.debug("{} can be stopped by {}", request.trainingJobName(), caught);
      try {
        JobRecord record =
            new JobWatch(session, new LocalSight(request.trainingJobName(), run), console)
                .untilEnd();
        JobRun.Outcome outcome = run.await();
        LOG.debug("{} ended {}", request.trainingJobName(), outcome.status());
        keys.over();
        return Conclusion.tell(console, record, Optional.empty());
      } catch (InterruptedException e) {
        keys.over();
        return ExitCode.DETACHED;
      }
    }
  }

  private GpuShares gpus(HostShape shape) {
    GpuShares gpus = GpuShares.of(shape.gpus(), GpuShares.present(NVIDIA));
    if (gpus.each() < shape.gpus()) {
      session
          .console()
          .warn(
              shape.instanceType()
                  + " has "
                  + shape.gpus()
                  + " GPUs, and this machine has "
                  + gpus.present()
                  + ": each host has "
                  + gpus.each());
    } else if (gpus.shared(request.hostCount())) {
      session.console().warn("this machine has fewer GPUs than the job's hosts: they share them");
    }
    return gpus;
  }

  private Optional<Limits> limits(HostShape shape, Engine.Facts facts) {
    return wanted.limits()
        ? Optional.of(new Limits(shape.memoryMb() << 20, Math.min(shape.vcores(), facts.cpus())))
        : Optional.empty();
  }

  /** The user's own, so that what the algorithm writes is the user's, as on a cluster. */
  private static String user(Engine.Facts facts, HostDirectories directories) throws IOException {
    return facts.rootless()
        ? "0:0"
        : Files.getAttribute(directories.root(), "unix:uid")
            + ":"
            + Files.getAttribute(directories.root(), "unix:gid");
  }

  private static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /** Heddle's jar first: Hadoop's RunJar has it in a class loader of its own. */
  private String classPath() throws CommandException {
    return session.world().jar() + File.pathSeparator + System.getProperty("java.class.path");
  }

  /** Agents can be started once it is known where they call. */
  private static final class AgentStart implements Agents {
    private volatile Agents real;

    void begin(Agents agents) {
      real = agents;
    }

    @Override
    public AgentProcess start(String allocation, String host) throws IOException {
      return real.start(allocation, host);
    }
  }
}
