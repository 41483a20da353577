package dev.heddle.am;

import dev.heddle.am.launch.HostShape;
import dev.heddle.am.launch.JarResource;
import dev.heddle.am.launch.JobCredentials;
import dev.heddle.am.yarn.AgentLauncher;
import dev.heddle.am.yarn.Former;
import dev.heddle.am.yarn.HostContainers;
import dev.heddle.am.yarn.YarnCluster;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.ImageKind;
import dev.heddle.containerlauncher.protocol.JobTokenSecrets;
import dev.heddle.containerlauncher.protocol.TokenFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    String application = self.getApplicationAttemptId().getApplicationId().toString();
    JobTokenSecrets tokens = new JobTokenSecrets(application, JobCredentials.secret(credentials));
    int master = self.getApplicationAttemptId().getAttemptId();
    Inheritance inheritance = Inheritance.of(files, master, clock);
    Clock now = clock.notBefore(inheritance.last());
    JobRun.Identity identity =
        new JobRun.Identity(application, master, tokens, JobCredentials.s3Keys(credentials), false);
    try (JobRun job = new JobRun(files, identity, inheritance, hadoop, now)) {
      YarnCluster cluster =
          new YarnCluster(
              hadoop, hostContainers(job, settings), launches(), now, job::post, job::keep);
      InetSocketAddress address =
          job.open(cluster, System.getenv(Environment.NM_HOST.name()), "0.0.0.0");
      Optional<Former> former =
          inheritance.handled().isEmpty()
              ? Optional.empty()
              : Optional.of(new Former(job.allocations(), inheritance.pairs()));
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
          former);
      JobRun.Outcome end = job.await();
      cluster.finish(end.status().primary(), end.reason());
    }
  }

  /** A Docker image's container is YARN's to start: the agent has one of its own beside it. */
  private static HostContainers hostContainers(JobRun job, Settings settings) {
    HostShape shape = job.shape();
    boolean paired = job.request().imageKind() == ImageKind.DOCKER;
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
        job.plan().spread(),
        settings.duration(Setting.AGENT_PLACEMENT_TIMEOUT));
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

  private static ExecutorService launches() {
    return Executors.newFixedThreadPool(
        LAUNCHERS,
        task -> {
          Thread thread = new Thread(task, "launch");
          thread.setDaemon(true);
          return thread;
        });
  }
}
