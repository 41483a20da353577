package dev.heddle.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.am.launch.JobCredentials;
import dev.heddle.client.cluster.Cluster.Node;
import dev.heddle.client.cluster.Cluster.Queue;
import dev.heddle.client.cluster.Cluster.Size;
import dev.heddle.client.cluster.Cluster.Stage;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.S3Access;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.LocalResource;
import org.apache.hadoop.yarn.api.records.LocalResourceVisibility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmitTest {
  @TempDir Path directory;
  private FakeWorld world;
  private String job;

  @BeforeEach
  void makeWorld() throws Exception {
    world = new FakeWorld(directory);
    world.store.with("s3://in/train/part-1", "1").with("s3://in/train/part-2", "2");
    world.store.with("s3://images/digits.tar.gz", "image");
    job = JobFiles.write(directory, JobFiles.valid("digits-1")).toString();
  }

  private int submit(String... more) {
    String[] args = new String[3 + more.length];
    args[0] = "submit";
    args[1] = "--job";
    args[2] = job;
    System.arraycopy(more, 0, args, 3, more.length);
    return world.run(args);
  }

  /** Nothing was submitted, nothing lies in the staging directory, nothing is open in S3. */
  private void assertNothingLeft() {
    assertEquals(List.of(), world.cluster.submitted);
    assertFalse(Files.exists(world.staging("digits-1")));
    assertEquals(0, world.store.uploadsLeftOpen());
  }

  @Test
  void aGoodJobIsSubmittedAndItsNameAndApplicationAreTheResult() {
    assertEquals(0, submit(), world::err);
    assertEquals("digits-1 application_1_0001", world.out().strip());
    ApplicationSubmissionContext application = world.cluster.submitted.get(0);
    assertEquals("digits-1", application.getApplicationName());
    assertEquals("HEDDLE", application.getApplicationType());
    assertEquals("default", application.getQueue());
    assertEquals(Set.of("team=risk"), application.getApplicationTags());
    assertEquals(0, application.getPriority().getPriority());
    assertEquals(1024, application.getResource().getMemorySize());
    assertEquals(3, application.getMaxAppAttempts());
    assertEquals(600_000, application.getAttemptFailuresValidityInterval());
    assertTrue(application.getKeepContainersAcrossApplicationAttempts());
  }

  @Test
  void theStagingDirectoryHoldsWhatTheMasterNeedsAndOnlyItsOwnerCanReadIt() throws Exception {
    assertEquals(0, submit("--conf", "heddle.placement=pack", "heddle.stop.grace=5s"));
    Path staged = world.staging("digits-1");
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(staged)));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(staged.resolve("secret"))));
    assertEquals(
        Json.read(JobFiles.valid("digits-1")),
        Json.read(Files.readString(staged.resolve("request.json"))));
    assertEquals("application_1_0001", Files.readString(staged.resolve("application")));
    assertEquals(32, HexFormat.of().parseHex(Files.readString(staged.resolve("secret"))).length);
    var settings = Json.read(Files.readString(staged.resolve("settings.json")));
    assertEquals("pack", settings.path("heddle.placement").asText());
    assertEquals("5s", settings.path("heddle.stop.grace").asText());
    assertEquals("http://s3.test:9000", settings.path("heddle.s3.endpoint").asText());
    assertEquals("us-east-1", settings.path("heddle.s3.region").asText());
    assertEquals("true", settings.path("heddle.s3.path-style").asText());
    assertEquals("8192", settings.path("heddle.host.memory-mb").asText());
    String conf = Files.readString(staged.resolve("hadoop-conf.xml"));
    assertTrue(conf.contains("test.of.the.client"), conf);
  }

  @Test
  void theMasterIsLaunchedFromTheSharedJarWithItsStagingDirectory() {
    assertEquals(0, submit());
    var master = world.cluster.submitted.get(0).getAMContainerSpec();
    String command = master.getCommands().get(0);
    assertTrue(command.contains("dev.heddle.am.ApplicationMaster --staging "), command);
    assertTrue(command.contains("/staging/digits-1"), command);
    assertTrue(command.endsWith("1><LOG_DIR>/am.out 2><LOG_DIR>/am.err"), command);
    assertTrue(master.getEnvironment().get("CLASSPATH").startsWith("heddle.jar<CPS>"));
    LocalResource jar = master.getLocalResources().get("heddle.jar");
    assertEquals(7, jar.getSize());
    assertTrue(jar.getResource().getFile().endsWith("/heddle.jar"));
  }

  @Test
  void theJarIsUploadedOnceForItsContent() throws Exception {
    assertEquals(0, submit());
    Map<String, String> first = world.files();
    FileTime uploaded = Files.getLastModifiedTime(uploadedJar());
    job = JobFiles.write(directory, JobFiles.valid("digits-2")).toString();
    assertEquals(0, submit());
    assertEquals(uploaded, Files.getLastModifiedTime(uploadedJar()));
    assertEquals(
        first.keySet().stream().filter(f -> f.startsWith("public")).toList(),
        world.files().keySet().stream().filter(f -> f.startsWith("public")).toList());

    world.jar = Files.writeString(directory.resolve("heddle-2.jar"), "another");
    job = JobFiles.write(directory, JobFiles.valid("digits-3")).toString();
    assertEquals(0, submit());
    assertEquals(
        2, world.cluster.submitted.stream().skip(1).map(SubmitTest::jarOf).distinct().count());
  }

  private Path uploadedJar() throws Exception {
    try (var walk = Files.walk(directory.resolve("public"))) {
      return walk.filter(p -> p.endsWith("heddle.jar")).findFirst().orElseThrow();
    }
  }

  private static String jarOf(ApplicationSubmissionContext application) {
    return application
        .getAMContainerSpec()
        .getLocalResources()
        .get("heddle.jar")
        .getResource()
        .getFile();
  }

  @Test
  void theJarIsPublicExactlyWhenEverybodyCanReachIt() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertEquals(0, submit());
    assertEquals(LocalResourceVisibility.PUBLIC, visibility(0));
    assertEquals("", world.err());

    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    job = JobFiles.write(directory, JobFiles.valid("digits-2")).toString();
    assertEquals(0, submit());
    assertEquals(LocalResourceVisibility.APPLICATION, visibility(1));
    assertTrue(world.err().contains("can't be read by everybody"), world.err());
  }

  private LocalResourceVisibility visibility(int index) {
    return world
        .cluster
        .submitted
        .get(index)
        .getAMContainerSpec()
        .getLocalResources()
        .get("heddle.jar")
        .getVisibility();
  }

  @Test
  void secretsTravelAmongTheCredentialsAndNowhereElse() throws Exception {
    assertEquals(0, submit());
    var master = world.cluster.submitted.get(0).getAMContainerSpec();
    Credentials credentials = new Credentials();
    ByteBuffer tokens = master.getTokens();
    byte[] bytes = new byte[tokens.remaining()];
    tokens.duplicate().get(bytes);
    credentials.readTokenStorageStream(new DataInputStream(new ByteArrayInputStream(bytes)));
    var keys = JobCredentials.s3Keys(credentials).orElseThrow();
    assertEquals(FakeWorld.SECRET_KEY, keys.secretAccessKey());
    assertEquals(FakeWorld.SESSION_TOKEN, keys.sessionToken().orElseThrow());
    String secret = HexFormat.of().formatHex(JobCredentials.secret(credentials));
    assertEquals(secret, Files.readString(world.staging("digits-1").resolve("secret")));

    String visible =
        world.out() + world.err() + master.getCommands() + master.getEnvironment() + world.files();
    for (String hidden :
        new String[] {FakeWorld.SECRET_KEY, FakeWorld.SESSION_TOKEN, "s3aSECRET", "AKIDEXAMPLE"}) {
      assertFalse(visible.contains(hidden), hidden);
    }
    assertFalse((world.out() + world.err() + master.getCommands()).contains(secret));
  }

  @Test
  void aRoleToAssumeIsAssumedByTheClientTooAndIsNoSecret() throws Exception {
    assertEquals(0, submit(), world::err);
    assertTrue(world.accessSeen.role().isEmpty());
    job = path(JobFiles.valid("digits-2"));
    world.environment.put("AWS_ENDPOINT_URL_STS", "http://sts.test:9001");
    assertEquals(0, submit("--conf", "heddle.s3.assume-role=true"), world::err);
    assertEquals(
        new S3Access.AssumedRole(
            "arn:aws:iam::111122223333:role/train",
            "digits-2",
            Optional.of(URI.create("http://sts.test:9001"))),
        world.accessSeen.role().orElseThrow());
    var settings = Json.read(Files.readString(world.staging("digits-2").resolve("settings.json")));
    assertEquals("true", settings.path("heddle.s3.assume-role").asText());
    assertEquals("http://sts.test:9001", settings.path("heddle.s3.sts-endpoint").asText());
  }

  @Test
  void withoutKeysOfItsOwnTheClientSendsNone() throws Exception {
    world.environment.remove("AWS_SECRET_ACCESS_KEY");
    world.environment.put("HOME", directory.toString());
    assertEquals(0, submit());
    Credentials credentials = new Credentials();
    ByteBuffer tokens = world.cluster.submitted.get(0).getAMContainerSpec().getTokens();
    byte[] bytes = new byte[tokens.remaining()];
    tokens.duplicate().get(bytes);
    credentials.readTokenStorageStream(new DataInputStream(new ByteArrayInputStream(bytes)));
    assertTrue(JobCredentials.s3Keys(credentials).isEmpty());
  }

  @Test
  void theQueueOfTheCommandLineWins() {
    world.cluster.queues =
        Map.of(
            "default",
            new Queue("default", true, true),
            "research",
            new Queue("research", true, true));
    assertEquals(0, submit("--queue", "research"));
    assertEquals("research", world.cluster.submitted.get(0).getQueue());
  }

  @Test
  void theTrialUploadOfTheOutputLeavesNothingOpen() {
    assertEquals(0, submit());
    assertEquals(1, world.store.uploadsBegun());
    assertEquals(0, world.store.uploadsLeftOpen());
  }

  @Test
  void everythingWrongWithTheWorldIsToldAtOnce() {
    world.store.fail("s3://out/", Kind.ACCESS_DENIED);
    world.store.fail("s3://images/", Kind.NOT_FOUND);
    world.cluster.queues = Map.of();
    world.cluster.nodes = List.of(new Node("tiny:1", new Size(1024, 1, 0), Set.of()));
    world.jar = null;
    job = path(JobFiles.valid("digits-1").replace("s3://in/train/", "s3://in/nothing/"));
    assertEquals(2, submit());
    for (String told :
        new String[] {
          "$.OutputDataConfig.S3OutputPath",
          "$.AlgorithmSpecification.TrainingImage",
          "No S3 objects found under S3 URL \"s3://in/nothing/\"",
          "there is no queue 'default'",
          "one host of ml.m5.large",
          "not its whole jar"
        }) {
      assertTrue(world.err().contains(told), told + " in " + world.err());
    }
    assertNothingLeft();
  }

  private String path(String text) {
    try {
      return JobFiles.write(directory, text).toString();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aHostLargerThanAnyNodeIsRefusedWithBothSizes() {
    world.cluster.nodes = List.of(new Node("small:1", new Size(8192, 4, 0), Set.of()));
    assertEquals(2, submit());
    assertTrue(
        world.err().contains("one host of ml.m5.large with its agent asks for 8704 MiB"),
        world.err());
    assertTrue(world.err().contains("small:1, has 8192 MiB and 4 vcores"), world.err());
    assertNothingLeft();
  }

  @Test
  void aHostLargerThanTheLargestContainerIsRefused() {
    world.cluster.largest = new Size(8192, 8, 0);
    assertEquals(2, submit());
    assertTrue(world.err().contains("yarn.scheduler.maximum-allocation"), world.err());
    assertNothingLeft();
  }

  @Test
  void gpusOnAClusterThatKnowsNoneAreRefusedBeforeAnythingIsAsked() {
    job = path(JobFiles.valid("digits-1").replace("ml.m5.large", "ml.g5.xlarge"));
    assertEquals(2, submit());
    assertTrue(world.err().contains("yarn.io/gpu"), world.err());
    assertNothingLeft();
  }

  @Test
  void aStoppedQueueAndAParentQueueAreRefused() {
    world.cluster.queues = Map.of("default", new Queue("default", false, true));
    assertEquals(2, submit());
    assertTrue(world.err().contains("is stopped"), world.err());
    world.cluster.queues = Map.of("default", new Queue("default", true, false));
    assertEquals(2, submit());
    assertTrue(world.err().contains("only holds other queues"), world.err());
    assertNothingLeft();
  }

  @Test
  void anUnreachableResourceManagerIsExitCode4InOneSentence() {
    world.cluster.away = true;
    assertEquals(4, submit());
    assertTrue(world.err().contains("the cluster can't be reached"), world.err());
    assertFalse(world.err().contains("wiki"), world.err());
    assertNothingLeft();
  }

  @Test
  void anUnreachableS3IsExitCode4() {
    world.store.fail("s3://", Kind.UNREACHABLE);
    assertEquals(4, submit());
    assertTrue(world.err().contains("s3://in/train/"), world.err());
    assertNothingLeft();
  }

  @Test
  void theClientAsksS3WithAPersonsPatienceAndItsOwnKeys() {
    assertEquals(0, submit());
    assertTrue(world.accessSeen.retryFor().toSeconds() <= 10);
    assertEquals(FakeWorld.SECRET_KEY, world.accessSeen.keys().orElseThrow().secretAccessKey());
  }

  @Test
  void anUnknownSettingNamesTheNearestAndNothingIsSubmitted() {
    assertEquals(2, submit("--conf", "heddle.placment=pack"));
    assertTrue(world.err().contains("heddle.placement"), world.err());
    assertEquals(2, submit("--conf", "novalue"));
    assertTrue(world.err().contains("must be key=value"), world.err());
    assertEquals(2, submit("--conf", "heddle.stop.grace=soon"));
    assertTrue(world.err().contains("heddle.stop.grace"), world.err());
    assertNothingLeft();
  }

  @Test
  void aMissingJobFileAndAnUnknownInstanceTypeAreWrongInput() {
    job = directory.resolve("absent.json").toString();
    assertEquals(2, submit());
    assertTrue(world.err().contains("there is no such file"), world.err());
    job = path(JobFiles.valid("digits-1").replace("ml.m5.large", "ml.m5.larg"));
    assertEquals(2, submit());
    assertTrue(world.err().contains("$.ResourceConfig.InstanceType"), world.err());
    assertNothingLeft();
  }

  @Test
  void aNameThatIsTakenIsResourceInUse() throws Exception {
    assertEquals(0, submit());
    assertEquals(2, submit());
    assertTrue(
        world.err().contains("ResourceInUse: Training job names must be unique"), world.err());
    assertEquals(1, world.cluster.submitted.size());
    assertTrue(
        Files.exists(world.staging("digits-1").resolve("secret")), "the first job's files stay");
  }

  @Test
  void aNameStaysTakenWhenYarnHasForgottenTheJob() throws Exception {
    world.stage("digits-1", "application_1_0042");
    world.record("digits-1", JobFiles.record("digits-1", "Completed", "Completed", ""));
    assertEquals(2, submit());
    assertTrue(world.err().contains("ResourceInUse"), world.err());
  }

  @Test
  void aNameWhoseSubmissionWasBrokenOffCanBeUsedAgainAfterAWhile() throws Exception {
    Path staged = Files.createDirectories(world.staging("digits-1"));
    Path request = Files.writeString(staged.resolve("request.json"), "{}");
    Files.setLastModifiedTime(request, FileTime.from(FakeCluster.START));
    assertEquals(2, submit());
    assertTrue(world.err().contains("under way"), world.err());

    world.pass(java.time.Duration.ofMinutes(3));
    assertEquals(0, submit(), world::err);
    assertNotEquals("{}", Files.readString(request));
  }

  @Test
  void anApplicationThatNeverReachedYarnFreesTheName() throws Exception {
    world.stage("digits-1", "application_1_0042");
    Files.setLastModifiedTime(
        world.staging("digits-1").resolve("request.json"), FileTime.from(FakeCluster.START));
    world.pass(java.time.Duration.ofMinutes(3));
    world.cluster.put(FakeCluster.application("application_1_0042", "digits-1", Stage.WAITING, ""));
    assertEquals(2, submit());
    world.cluster.applications.clear();
    assertEquals(0, submit(), world::err);
  }

  @Test
  void aRefusedSubmissionGivesTheNameBack() {
    world.cluster.refusesSubmission = true;
    assertEquals(2, submit());
    assertTrue(world.err().contains("cannot submit to queue"), world.err());
    assertNothingLeft();
  }

  @Test
  void aJarThatSomebodyElseCouldHavePutIntoTmpIsNotTrusted() throws Exception {
    assertEquals(0, submit());
    Path uploaded = uploadedJar();
    Files.writeString(uploaded, "evil code");
    job = JobFiles.write(directory, JobFiles.valid("digits-2")).toString();
    assertEquals(2, submit());
    assertTrue(world.err().contains("is not the jar that its folder names"), world.err());
  }
}
