package dev.heddle.am;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.am.cluster.Cluster;
import dev.heddle.am.journal.Entry;
import dev.heddle.am.launch.HostShape;
import dev.heddle.am.record.JobRecord;
import dev.heddle.am.record.RecordFile;
import dev.heddle.am.record.RecordKeeper;
import dev.heddle.am.rpc.JobServer;
import dev.heddle.am.supervisor.Event;
import dev.heddle.am.supervisor.JobPlan;
import dev.heddle.am.supervisor.Supervisor;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.SecondaryStatus;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.protocol.Assignment;
import dev.heddle.containerlauncher.protocol.JobTokenSecrets;
import dev.heddle.containerlauncher.protocol.MasterAddress;
import dev.heddle.containerlauncher.runtime.DockerNetwork;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * One job's way from its first host to its end, wherever its hosts come from: the supervisor with
 * its event loop, what it does in S3, its record, and the server that agents call.
 */
public final class JobRun implements Closeable {
  private static final Logger log = LogManager.getLogger(JobRun.class);

  private final JobFiles files;
  private final Identity identity;
  private final Inheritance inheritance;
  private final Configuration hadoop;
  private final Clock clock;
  private final TrainingJobRequest request;
  private final HostShape shape;
  private final JobPlan plan;
  private final SharedStore store;
  private final Supervisor supervisor;
  private final Threads threads = new Threads();
  private volatile JobLoop loop;
  private Set<String> inherited = Set.of();
  private JobDesk desk;
  private JobServer server;

  /**
   * Who runs the job, and as whom.
   *
   * @param application under which the job's record names its run
   * @param master the number of this one among those that had the job, from 1
   * @param tokens of the job's RPC
   * @param s3Keys empty for those that each host finds by itself
   * @param localFiles whether {@code file:} means this machine's directories, where all hosts are
   *     on it
   */
  public record Identity(
      String application,
      int master,
      JobTokenSecrets tokens,
      Optional<S3Access.Keys> s3Keys,
      boolean localFiles) {}

  /**
   * How the job ended.
   *
   * @param reason the FailureReason; empty unless it failed
   */
  public record Outcome(SecondaryStatus status, String reason) {}

  JobRun(
      JobFiles files,
      Identity identity,
      Inheritance inheritance,
      Configuration hadoop,
      Clock clock) {
    this.files = files;
    this.identity = identity;
    this.inheritance = inheritance;
    this.hadoop = hadoop;
    this.clock = clock;
    this.request = TrainingJobRequest.bind(files.request());
    this.shape = HostShape.from(files.settings());
    this.plan = JobPlans.of(request, files.settings(), shape, identity.localFiles());
    this.store =
        new SharedStore(s3(), request.outputDataConfig().kmsKeyId(), identity.localFiles());
    this.supervisor =
        new Supervisor(plan, inheritance.begun().seed(), inheritance.begun().created());
  }

  /**
   * A job that nobody takes over when this process is gone: it keeps no journal.
   *
   * @param staging a directory that exists, for the job's record and the checkpoints' listings
   * @param requestJson the CreateTrainingJob request
   * @param settings with the {@link HostShape} among them
   * @throws IOException when the staging directory's file system can't be had
   */
  public static JobRun alone(
      Path staging,
      String requestJson,
      Settings settings,
      Identity identity,
      Configuration hadoop,
      Clock clock)
      throws IOException {
    Clock steady = SteadyClock.from(clock, System::nanoTime);
    return new JobRun(
        JobFiles.of(staging, requestJson, settings, hadoop),
        identity,
        Inheritance.none(steady),
        hadoop,
        steady);
  }

  /** The job. */
  public TrainingJobRequest request() {
    return request;
  }

  /** What one host is. */
  public HostShape shape() {
    return shape;
  }

  JobPlan plan() {
    return plan;
  }

  /** What an earlier master had, once {@link #open} has returned. */
  Set<String> allocations() {
    return inherited;
  }

  /** Tells the supervisor. Any thread may; only once {@link #open} has returned. */
  public void post(Event event) {
    loop.post(event);
  }

  /** Keeps an entry for the next master. As {@link #post}. */
  public void keep(Entry entry) {
    loop.keep(entry);
  }

  /**
   * Takes the job up and begins to answer agents.
   *
   * @param cluster begins to give hosts later, and is closed by whoever made it
   * @param host by which agents reach this machine
   * @param bind the address to answer at; {@code 0.0.0.0} for all of the machine's
   * @return where they call
   */
  public InetSocketAddress open(Cluster cluster, String host, String bind) throws IOException {
    JsonNode requestJson = files.request();
    Settings settings = files.settings();
    String arn = JobPlans.arn(request, settings);
    JobRecord record =
        new JobRecord(
            requestJson,
            arn,
            identity.application(),
            settings.require(Setting.QUEUE),
            inheritance.begun().created(),
            JobPlans.modelUri(plan),
            cluster::container);
    RecordKeeper keeper =
        new RecordKeeper(
            record,
            new RecordFile(files.fileSystem(), files.staging().record()),
            clock,
            threads.record);
    CheckpointListings listings =
        new CheckpointListings(
            Optional.ofNullable(request.checkpointConfig())
                .map(checkpoints -> ObjectUri.parse(checkpoints.s3Uri())),
            store,
            threads.s3,
            attempt -> new RecordFile(files.fileSystem(), files.staging().checkpoints(attempt)));
    loop =
        new JobLoop(
            supervisor,
            inheritance.journal(),
            cluster,
            new Artifacts(store, threads.s3),
            listings,
            keeper::keep,
            clock,
            threads.loop);
    List<String> hosts =
        IntStream.rangeClosed(1, plan.hosts()).mapToObj(k -> "algo-" + k).sorted().toList();
    S3Access s3 = s3();
    desk =
        new JobDesk(
            loop,
            cluster,
            record,
            clock,
            listings,
            DockerNetwork.of(request, settings)
                .filter(DockerNetwork::hasAddressesOfItsOwn)
                .isPresent(),
            (name, attempt) ->
                new Assignment(
                    name, attempt, files.requestJson(), arn, hosts, s3, shape.gpus(), settings));
    server =
        new JobServer(
            hadoop,
            bind,
            identity.tokens(),
            desk,
            plan.hosts(),
            settings.duration(Setting.AGENT_HEARTBEAT));
    InetSocketAddress address = new InetSocketAddress(host, server.port());
    log.info("job {} is {}: answers at {}", plan.jobName(), identity.application(), address);
    loop.recover(inheritance.handled());
    // Before agents call, which changes it.
    inherited = supervisor.allocations();
    // From now on agents turn to this one.
    new RecordFile(files.fileSystem(), files.staging().master())
        .replace(
            new MasterAddress(identity.master(), address.getHostString(), address.getPort())
                .line());
    return address;
  }

  private S3Access s3() {
    return JobPlans.s3(files.settings(), request, identity.s3Keys());
  }

  /** The job's record as it stands, in the DescribeTrainingJob shape. */
  public String describe() throws IOException {
    return desk.describe();
  }

  /** The user wants the job stopped. */
  public void stop() {
    desk.stop();
  }

  /** Whether the event loop has failed: the job never comes to its end here. */
  public boolean broken() {
    return loop.end().isCompletedExceptionally();
  }

  /**
   * Waits for the job's end and keeps its last record, also beside the model.
   *
   * @throws IOException when the event loop failed: the job is for another master
   */
  public Outcome await() throws IOException, InterruptedException {
    try {
      JobLoop.End end = loop.end().get();
      keepLast(desk.describeNow());
      log.info("job {} ended {}", plan.jobName(), end.status().wireName());
      return new Outcome(end.status(), end.reason());
    } catch (ExecutionException e) {
      throw new IOException("the event loop failed", e.getCause());
    }
  }

  private void keepLast(String lastRecord) throws InterruptedException {
    ObjectUri object = plan.output().child("job-record.json");
    threads.s3.execute(
        () -> {
          try {
            ObjectStore opened = store.get();
            opened.put(object, ByteBuffer.wrap(lastRecord.getBytes(StandardCharsets.UTF_8)));
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

  /** Answers nobody any more. */
  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    threads.close();
  }

  /** The job's threads, each with one purpose. */
  private static final class Threads {
    final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor(named("loop"));
    final ExecutorService record = Executors.newSingleThreadExecutor(named("record"));
    final ExecutorService s3 = Executors.newSingleThreadExecutor(named("s3"));

    void close() {
      loop.shutdownNow();
      record.shutdownNow();
      s3.shutdownNow();
    }

    private static ThreadFactory named(String name) {
      return task -> {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
      };
    }
  }
}
