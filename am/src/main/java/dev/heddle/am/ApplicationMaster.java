package dev.heddle.am;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.am.launch.HostShape;
import dev.heddle.am.launch.JarResource;
import dev.heddle.am.launch.JobCredentials;
import dev.heddle.am.record.JobRecord;
import dev.heddle.am.record.RecordFile;
import dev.heddle.am.record.RecordKeeper;
import dev.heddle.am.rpc.JobServer;
import dev.heddle.am.supervisor.JobPlan;
import dev.heddle.am.supervisor.Supervisor;
import dev.heddle.am.yarn.AgentLauncher;
import dev.heddle.am.yarn.Former;
import dev.heddle.am.yarn.HostContainers;
import dev.heddle.am.yarn.YarnCluster;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.ImageKind;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.JobTokenSecrets;
import dev.heddle.containerlauncher.protocol.MasterAddress;
import dev.heddle.containerlauncher.protocol.TokenFile;
import dev.heddle.containerlauncher.runtime.DockerNetwork;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.Token;
import org.apache.hadoop.security.token.TokenIdentifier;
import org.apache.hadoop.yarn.api.ApplicationConstants.Environment;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.ResourceInformation;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.security.AMRMTokenIdentifier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * One training job's ApplicationMaster: {@code --staging DIRECTORY --jar JAR_RESOURCE}. Exits 0
 * when the job has come to any end that was told, 1 when the master itself failed.
 */
public final class ApplicationMaster {
  private static final Logger log = LogManager.getLogger(ApplicationMaster.class);
  private static final int LAUNCHERS = 8;

  private final Configuration hadoop;
  private final Credentials credentials;
  private final ContainerId self;
  private final SteadyClock clock;

  private ApplicationMaster(
      Configuration hadoop, Credentials credentials, ContainerId self, SteadyClock clock) {
    this.hadoop = hadoop;
    this.credentials = credentials;
    this.self = self;
    this.clock = clock;
  }

  public static void main(String[] args) {
    try {
      Arguments arguments = Arguments.parse(args);
      Configuration hadoop = new YarnConfiguration();
      UserGroupInformation.setConfiguration(hadoop);
      Credentials credentials = UserGroupInformation.getCurrentUser().getCredentials();
      TokenFile.unlink(System.getenv());
      ContainerId self = ContainerId.fromString(System.getenv(Environment.CONTAINER_ID.name()));
      SteadyClock clock = SteadyClock.from(Clock.systemUTC(), System::nanoTime);
      new ApplicationMaster(hadoop, credentials, self, clock).run(arguments);
      LogManager.shutdown();
      // Hadoop's clients leave threads behind that nobody needs any more.
      Runtime.getRuntime().halt(0);
    } catch (Exception e) {
      log.fatal("the ApplicationMaster failed", e);
      LogManager.shutdown();
      Runtime.getRuntime().halt(1);
    }
  }

  /** The command line. */
  private record Arguments(Path staging, JarResource jar) {
    static Arguments parse(String[] args) {
      if (args.length != 4 || !args[0].equals("--staging") || !args[2].equals("--jar")) {
        throw new IllegalArgumentException(
            "usage: --staging DIRECTORY --jar RESOURCE, not " + List.of(args));
      }
      return new Arguments(new Path(args[1]), JarResource.parse(args[3]));
    }
  }

  private void run(Arguments arguments) throws IOException, InterruptedException {
    JobFiles files = JobFiles.read(arguments.staging(), hadoop);
    Settings settings = files.settings();
    JsonNode requestJson = files.request();
    TrainingJobRequest request = TrainingJobRequest.bind(requestJson);
    HostShape shape = HostShape.from(settings);
    JobPlan plan = JobPlans.of(request, settings, shape);
    String application = self.getApplicationAttemptId().getApplicationId().toString();
    String arn = JobPlans.arn(request, settings);
    byte[] secret = JobCredentials.secret(credentials);
    S3Access s3 = JobPlans.s3(settings, request, JobCredentials.s3Keys(credentials));
    JobTokenSecrets tokens = new JobTokenSecrets(application, secret);

    Threads threads = new Threads();
    Supplier<ObjectStore> store = new SharedStore(s3, request.outputDataConfig().kmsKeyId());
    int master = self.getApplicationAttemptId().getAttemptId();
    Inheritance inheritance = Inheritance.of(files, master, clock);
    Clock now = clock.notBefore(inheritance.last());
    Instant created = inheritance.begun().created();
    Supervisor supervisor = new Supervisor(plan, inheritance.begun().seed(), created);
    JobLoop[] holder = new JobLoop[1];
    YarnCluster cluster =
        new YarnCluster(
            hadoop,
            hostContainers(request, settings, shape, plan),
            threads.launches,
            now,
            event -> holder[0].post(event),
            entry -> holder[0].keep(entry));
    JobRecord record =
        new JobRecord(
            requestJson,
            arn,
            application,
            settings.require(Setting.QUEUE),
            created,
            JobPlans.modelUri(plan),
            cluster::container);
    RecordKeeper keeper =
        new RecordKeeper(
            record,
            new RecordFile(files.fileSystem(), files.staging().record()),
            now,
            threads.record);
    CheckpointListings listings =
        new CheckpointListings(
            Optional.ofNullable(request.checkpointConfig())
                .map(checkpoints -> ObjectUri.parse(checkpoints.s3Uri())),
            store,
            threads.s3,
            attempt -> new RecordFile(files.fileSystem(), files.staging().checkpoints(attempt)));
    JobLoop loop =
        new JobLoop(
            supervisor,
            inheritance.journal()::append,
            cluster,
            new Artifacts(store, threads.s3),
            listings,
            keeper::keep,
            now,
            threads.loop);
    holder[0] = loop;
    List<String> hosts =
        IntStream.rangeClosed(1, plan.hosts()).mapToObj(k -> "algo-" + k).sorted().toList();
    JobDesk desk =
        new JobDesk(
            loop,
            cluster,
            record,
            now,
            listings,
            DockerNetwork.of(request, settings)
                .filter(DockerNetwork::hasAddressesOfItsOwn)
                .isPresent(),
            (host, attempt) ->
                new Assignment(
                    host, attempt, files.requestJson(), arn, hosts, s3, shape.gpus(), settings));
    try (JobServer server =
        new JobServer(
            hadoop, tokens, desk, plan.hosts(), settings.duration(Setting.AGENT_HEARTBEAT))) {
      InetSocketAddress address =
          new InetSocketAddress(System.getenv(Environment.NM_HOST.name()), server.port());
      log.info("job {} is {}: answers at {}", plan.jobName(), application, address);
      loop.recover(inheritance.handled());
      // From now on agents turn to this one.
      new RecordFile(files.fileSystem(), files.staging().master())
          .replace(new MasterAddress(master, address.getHostString(), address.getPort()).line());
      cluster.start(
          address,
          new AgentLauncher(
              hadoop,
              settings,
              arguments.jar(),
              tokens,
              fileSystemTokens(),
              address,
              files.staging().master()),
          inheritance.handled().isEmpty()
              ? Optional.empty()
              : Optional.of(new Former(supervisor.allocations(), inheritance.pairs())));
      JobLoop.End end = loop.end().get();
      keepLast(plan, desk.describeNow(), store, threads);
      cluster.finish(end.status().primary(), end.reason());
      log.info("job {} ended {}", plan.jobName(), end.status().wireName());
    } catch (ExecutionException e) {
      throw new IOException("the event loop failed", e.getCause());
    }
  }

  /** A Docker image's container is YARN's to start: the agent has one of its own beside it. */
  private static HostContainers hostContainers(
      TrainingJobRequest request, Settings settings, HostShape shape, JobPlan plan) {
    boolean paired = request.imageKind() == ImageKind.DOCKER;
    Resource main =
        Resource.newInstance(
            paired ? shape.memoryMb() : shape.containerMemoryMb(settings), shape.vcores());
    if (shape.gpus() > 0) {
      main.setResourceValue(ResourceInformation.GPU_URI, shape.gpus());
    }
    return new HostContainers(
        main,
        paired
            ? Optional.of(Resource.newInstance(settings.number(Setting.AGENT_MEMORY), 1))
            : Optional.empty(),
        shape.nodeLabel(),
        plan.spread(),
        settings.duration(Setting.AGENT_PLACEMENT_TIMEOUT));
  }

  /** Keeps the last record, in S3 too, before the cluster hears that the job is over. */
  private void keepLast(
      JobPlan plan, String lastRecord, Supplier<ObjectStore> store, Threads threads)
      throws InterruptedException {
    ObjectUri object = plan.output().child("job-record.json");
    threads.s3.execute(
        () -> {
          try {
            store.get().put(object, ByteBuffer.wrap(lastRecord.getBytes(StandardCharsets.UTF_8)));
          } catch (IOException | RuntimeException e) {
            log.warn("the record of {} is not in S3: {}", plan.jobName(), e.getMessage());
          }
        });
    threads.record.shutdown();
    threads.s3.shutdown();
    if (!threads.record.awaitTermination(30, TimeUnit.SECONDS)
        || !threads.s3.awaitTermination(60, TimeUnit.SECONDS)) {
      log.warn("the last record of {} was not written in time", plan.jobName());
    }
  }

  /** What agents may have: no token for the ResourceManager, and no secret key. */
  private Credentials fileSystemTokens() {
    Credentials kept = new Credentials();
    for (Token<? extends TokenIdentifier> token : credentials.getAllTokens()) {
      if (!token.getKind().equals(AMRMTokenIdentifier.KIND_NAME)) {
        kept.addToken(token.getService(), token);
      }
    }
    return kept;
  }

  /** The process's threads, each with one purpose. */
  private static final class Threads {
    final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor(named("loop"));
    final ExecutorService record = Executors.newSingleThreadExecutor(named("record"));
    final ExecutorService s3 = Executors.newSingleThreadExecutor(named("s3"));
    final ExecutorService launches = Executors.newFixedThreadPool(LAUNCHERS, named("launch"));

    private static ThreadFactory named(String name) {
      return task -> {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
      };
    }
  }
}
