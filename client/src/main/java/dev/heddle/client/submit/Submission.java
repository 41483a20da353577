package dev.heddle.client.submit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heddle.am.launch.ClientConfiguration;
import dev.heddle.am.launch.JarResource;
import dev.heddle.am.launch.JobCredentials;
import dev.heddle.client.cluster.Cluster;
import dev.heddle.client.cluster.Cluster.Offer;
import dev.heddle.client.cluster.Cluster.Size;
import dev.heddle.client.cluster.ClusterRefusedException;
import dev.heddle.client.job.StagedJob;
import dev.heddle.client.session.Causes;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.conf.Setting;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.pipemode.ObjectSource;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.hadoop.HadoopObjectSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.client.util.YarnClientUtils;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Brings one checked job file to the cluster: looks at the world, claims the name, leaves the
 * ApplicationMaster what it needs and submits the application. S3, the jar and the ResourceManager
 * are looked at in parallel, because a user waits.
 */
public final class Submission {
  private static final Logger LOG = LogManager.getLogger(Submission.class);
  private static final int SECRET_BYTES = 32;

  private final Session session;
  private final JobFile file;
  private final TrainingJobRequest request;
  private final Settings settings;
  private final S3Opening s3;
  private final Set<ObjectUri> fileSystems = ConcurrentHashMap.newKeySet();

  /**
   * What was submitted.
   *
   * @param name the training job's name
   */
  public record Submitted(String name, String applicationId, String queue, StagedJob job) {}

  /**
   * @param settings the ones that {@link JobFile#read} checked
   * @param s3 begun with the same settings
   */
  public Submission(Session session, JobFile file, Settings settings, S3Opening s3) {
    this.session = session;
    this.file = file;
    this.request = file.request();
    this.s3 = s3;
    Map<String, String> values = new TreeMap<>(settings.values());
    values.putAll(s3.choice().asSettings());
    this.settings = HostSizes.shape(request, settings).addTo(new Settings(values));
  }

  /**
   * @throws CommandException when anything is wrong; then nothing is left behind
   * @throws IOException when the cluster can't be reached
   */
  public Submitted submit() throws IOException, CommandException, InterruptedException {
    Findings findings = new Findings();
    List<Future<Void>> looking = new ArrayList<>();
    looking.add(background(() -> lookAtS3(findings)));
    Configuration hadoop = session.hadoop();
    Future<byte[]> configuration = session.inBackground(() -> configuration(hadoop));
    Future<Optional<JarResource>> jar = session.inBackground(() -> publishJar(hadoop, findings));
    looking.add(background(() -> lookAtImage(hadoop, findings)));
    looking.add(background(() -> new EntrypointCheck(session, findings).check(file)));
    Optional<Target> target = lookAtCluster(findings);
    // Also when the cluster is out of reach: what was begun in S3 is taken back by its own thread.
    for (Future<Void> each : looking) {
      Session.await(each);
    }
    Optional<JarResource> published = Session.await(jar);
    findings.settle(session.console());
    return submit(target.orElseThrow(), published.orElseThrow(), Session.await(configuration));
  }

  /** Where the job will go; everything about it has been found right unless there are findings. */
  private record Target(
      Cluster cluster, Offer offer, String queue, StagedJob job, NameClaim claim) {}

  private Optional<Target> lookAtCluster(Findings findings) {
    try {
      Cluster cluster = session.cluster();
      StagedJob job = session.staging(settings).job(request.trainingJobName());
      NameClaim claim =
          new NameClaim(job, id -> cluster.application(id).isPresent(), session.world().clock());
      try {
        claim.checkFree();
      } catch (CommandException e) {
        findings.fault(e.getMessage());
      }
      String queue = settings.require(Setting.QUEUE);
      Offer offer = cluster.newApplication();
      Size master =
          new Size(settings.number(Setting.AM_MEMORY), settings.integer(Setting.AM_VCORES), 0);
      new ClusterChecks(cluster, findings)
          .check(offer, queue, HostSizes.of(request, settings), master);
      return Optional.of(new Target(cluster, offer, queue, job, claim));
    } catch (ClusterRefusedException e) {
      findings.fault("the ResourceManager refused: " + e.getMessage());
    } catch (IOException e) {
      findings.unreachable("the cluster can't be reached: " + Causes.sentence(e));
    }
    return Optional.empty();
  }

  private Submitted submit(Target target, JarResource jar, byte[] configuration)
      throws IOException, CommandException {
    StagedJob job = target.job();
    NameClaim claim = target.claim();
    String id = target.offer().id().toString();
    claim.take(Json.write(file.document()));
    boolean submitted = false;
    try {
      byte[] secret = new byte[SECRET_BYTES];
      new SecureRandom().nextBytes(secret);
      Configuration hadoop = session.hadoop();
      claim.write(job.staging().settings(), bytes(settingsJson()));
      claim.write(job.staging().hadoopConf(), configuration);
      claim.write(job.staging().secret(), bytes(HexFormat.of().formatHex(secret)));
      claim.write(job.staging().application(), bytes(id));
      target
          .cluster()
          .submit(
              ApplicationPlan.of(
                  target.offer().id(),
                  request,
                  target.queue(),
                  settings,
                  hadoop,
                  job.staging(),
                  jar,
                  credentials(job, secret)));
      submitted = true;
    } finally {
      if (!submitted) {
        withdraw(target.cluster(), id);
        claim.release();
      }
    }
    return new Submitted(request.trainingJobName(), id, target.queue(), job);
  }

  /** The ResourceManager may have taken an application whose submission seemed to fail. */
  private static void withdraw(Cluster cluster, String id) {
    try {
      if (cluster.application(id).isPresent()) {
        cluster.kill(id, "its submission failed");
      }
    } catch (IOException e) {
      LOG.debug("withdrawing {}", id, e);
    }
  }

  private Optional<JarResource> publishJar(Configuration hadoop, Findings findings) {
    try {
      return Optional.of(new PublicJar(hadoop, settings, findings).publish(session.world().jar()));
    } catch (CommandException e) {
      findings.fault(e.getMessage());
    } catch (IOException e) {
      findings.unreachable("heddle's jar can't be uploaded: " + Causes.sentence(e));
    }
    return Optional.empty();
  }

  private void lookAtImage(Configuration hadoop, Findings findings) {
    String image = request.algorithmSpecification().trainingImage();
    if (image == null) {
      return;
    }
    try {
      new ImageCheck(hadoop, findings).check(image);
    } catch (IOException e) {
      findings.unreachable(image + " can't be looked at: " + Causes.sentence(e));
    }
  }

  private void lookAtS3(Findings findings) throws CommandException, InterruptedException {
    Duration patience = s3.choice().forClient().retryFor();
    try (ObjectSource hadoop = HadoopObjectSource.open(session.hadoop(), patience)) {
      new DataLook(session, request, findings)
          .look(s3.store(), hadoop, s3.choice().access().region(), fileSystems);
    } catch (IOException e) {
      findings.unreachable("S3 can't be reached: " + Causes.sentence(e));
    }
  }

  private interface Look {
    void look() throws IOException, CommandException, InterruptedException;
  }

  private Future<Void> background(Look look) {
    return session.inBackground(
        () -> {
          look.look();
          return null;
        });
  }

  private Credentials credentials(StagedJob job, byte[] secret)
      throws IOException, CommandException {
    Credentials credentials = new Credentials();
    JobCredentials.putSecret(credentials, secret);
    s3.choice().access().keys().ifPresent(keys -> JobCredentials.putS3Keys(credentials, keys));
    if (UserGroupInformation.isSecurityEnabled()) {
      Configuration hadoop = session.hadoop();
      String renewer = YarnClientUtils.getRmPrincipal(hadoop);
      job.files().addDelegationTokens(renewer, credentials);
      org.apache.hadoop.fs.FileSystem.get(hadoop).addDelegationTokens(renewer, credentials);
      FileSystemTokens.add(hadoop, fileSystems, renewer, credentials);
      TokenLifetimes.check(
          credentials,
          session.world().clock().instant(),
          Duration.ofSeconds(request.stoppingCondition().maxRuntime()));
    }
    return credentials;
  }

  private String settingsJson() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    settings.values().forEach(json::put);
    return Json.write(json);
  }

  private static byte[] configuration(Configuration hadoop) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ClientConfiguration.write(hadoop, out);
    return out.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
