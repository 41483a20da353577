package dev.heddle.containerlauncher.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.InstanceTypes;
import dev.heddle.containerlauncher.conf.Settings;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestChecksTest {
  private static final String S3_URI = "/InputDataConfig/0/DataSource/S3DataSource/S3Uri";
  private static final String IMAGE = "/AlgorithmSpecification/TrainingImage";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:/opt/algorithm",
        "file:///opt/algorithm",
        "hdfs:///a/b.tar.gz",
        "hdfs://nn:8020/a",
        "hdfs:/a",
        "s3://b/a.tar.gz",
        "s3://b/folder/",
        "fraud",
        "fraud:4",
        "localhost:5000/team/fraud:4",
        "012345678901.dkr.ecr.eu-west-1.amazonaws.com/x",
        "acme/fraud@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      })
  void anAlgorithmMayBeADockerImageOrLieInAnyOfTheThreePlaces(String image) {
    assertEquals(List.of(), minimal().with(IMAGE, "'" + image + "'").faults());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Fraud                                          | is not a Docker image's name that YARN takes
          localhost:5000/fraud@sha256:0123               | is not a Docker image's name that YARN takes
          fraud:a:b                                      | is not a Docker image's name that YARN takes
          /opt/algorithm                                 | has no scheme: write "file:///opt/algorithm"
          s3a://b/k                                      | "s3a:" is not an address that the nodes
          https://host/x.tar.gz                          | "https:" is not an address that the nodes
          s3://b                                         | must name a bucket and a key
          s3://b/                                        | must name a bucket and a key
          file://host/x                                  | must be an absolute path: write file:///
          file:///                                       | must be an absolute path: write file:///
          hdfs:///                                       | must be an absolute path: write hdfs:///
          s3://b/x.zip                                   | must be a directory or a .tar.gz archive
          s3://b/x.tgz                                   | must be a directory or a .tar.gz archive
          s3://b/x.tar.bz2                               | must be a directory or a .tar.gz archive
          """)
  void anAlgorithmThatCannotBeFetchedIsAFault(String image, String message) {
    assertOnly(minimal().with(IMAGE, "'" + image + "'"), "$" + IMAGE.replace('/', '.'), message);
  }

  @Test
  void theAlgorithmMustBeNamedInOneWay() {
    String path = "$.AlgorithmSpecification.TrainingImage";
    assertOnly(
        minimal().without(IMAGE),
        path,
        "must be given: write a Docker image's name, or the file:, hdfs: or s3:");
    assertOnly(
        minimal().without(IMAGE).with("/AlgorithmSpecification/AlgorithmName", "'x'"),
        "$.AlgorithmSpecification.AlgorithmName",
        "not supported: AlgorithmName; ");
  }

  @Test
  void theProgramToRunMustHaveAName() {
    assertOnly(
        minimal().with("/AlgorithmSpecification/ContainerEntrypoint", "['','x']"),
        "$.AlgorithmSpecification.ContainerEntrypoint[0]",
        "is the program to run: name one");
  }

  @Test
  void aChannelMustHaveADataSource() {
    String source = "$.InputDataConfig[0].DataSource";
    Requests request = three().with("/InputDataConfig/0/DataSource", "{}");
    assertOnly(request, source + ".S3DataSource", "must be given");
    assertOnly(
        three().with("/InputDataConfig/0/DataSource/DatasetSource", "{'DatasetArn': 'x'}"),
        source + ".DatasetSource",
        "not supported: DatasetSource; ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://b",
        "s3://b/train",
        "hdfs://nn:8020/data/train",
        "hdfs://nn",
        "hdfs:///data/train/",
        "abfs://c@account.dfs.example/train",
        "s3a://b/train"
      })
  void aChannelMayLieInS3OrOnAFileSystemThatHadoopKnows(String uri) {
    assertEquals(List.of(), three().with(S3_URI, "'" + uri + "'").faults());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          s3:///train        | must be an address such as s3://bucket/folder/ or hdfs://namenode/folder/
          hdfs://            | must be an address such as s3://bucket/folder/ or hdfs://namenode/folder/
          hdfs:/data         | must be an address such as s3://bucket/folder/ or hdfs://namenode/folder/
          https://host/data  | must be an address such as s3://bucket/folder/ or hdfs://namenode/folder/
          /data/train        | must be an address such as s3://bucket/folder/ or hdfs://namenode/folder/
          file:///data/train | names files of one machine, and each node has others
          """)
  void aChannelThatTheNodesCannotReadIsRefused(String uri, String message) {
    assertOnly(
        three().with(S3_URI, "'" + uri + "'"),
        "$.InputDataConfig[0].DataSource.S3DataSource.S3Uri",
        message);
  }

  @Test
  void aManifestOnAFileSystemIsAFileToo() {
    String source = "/InputDataConfig/0/DataSource/S3DataSource";
    Requests request = three().with(source + "/S3DataType", "'ManifestFile'");
    assertEquals(List.of(), request.with(S3_URI, "'hdfs:///in/train.manifest'").faults());
    assertOnly(
        request.with(S3_URI, "'hdfs:///in/'"),
        "$.InputDataConfig[0].DataSource.S3DataSource.S3Uri",
        "must be the manifest's own address");
  }

  @Test
  void channelsWhoseNamesOnlyLookLikeAClashAreAccepted() {
    String other =
        "{'ChannelName':'x-manifest','DataSource':{'S3DataSource':{'S3DataType':'S3Prefix',"
            + "'S3Uri':'s3://b'}}}";
    assertEquals(List.of(), three().with("/InputDataConfig/1", other).faults());
  }

  @Test
  void aPipeChannelMayBeCompressedAndWrapped() {
    assertEquals(
        List.of(),
        three()
            .with("/InputDataConfig/0/InputMode", "'Pipe'")
            .with("/InputDataConfig/0/CompressionType", "'Gzip'")
            .with("/InputDataConfig/0/RecordWrapperType", "'RecordIO'")
            .faults());
  }

  @Test
  void anAugmentedManifestIsForPipeModeAndWantsAttributes() {
    String source = "/InputDataConfig/0/DataSource/S3DataSource/";
    Supplier<Requests> pipe =
        () ->
            three()
                .with("/InputDataConfig/0/InputMode", "'Pipe'")
                .with(source + "S3DataType", "'AugmentedManifestFile'")
                .with(source + "S3Uri", "'s3://b/all.jsonl'");
    assertOnly(
        pipe.get(),
        "$.InputDataConfig[0].DataSource.S3DataSource.AttributeNames",
        "must name what flows");
    Supplier<Requests> whole = () -> pipe.get().with(source + "AttributeNames", "['i-ref','l']");
    assertEquals(List.of(), whole.get().faults());
    assertOnly(
        whole.get().with("/InputDataConfig/0/CompressionType", "'Gzip'"),
        "$.InputDataConfig[0].CompressionType",
        "doesn't go with AugmentedManifestFile");
    assertOnly(
        whole.get().with("/InputDataConfig/0/InputMode", "'File'"),
        "$.InputDataConfig[0].DataSource.S3DataSource.S3DataType",
        "set the channel's InputMode to \"Pipe\"");
    assertOnly(
        whole.get().with(source + "S3DataType", "'ManifestFile'"),
        "$.InputDataConfig[0].DataSource.S3DataSource.AttributeNames",
        "leave them out");
  }

  @Test
  void aChannelMustNotHaveTheNameOfAnothersPipe() {
    String other =
        "{'ChannelName':'NAME_0','DataSource':{'S3DataSource':{'S3DataType':'S3Prefix',"
            + "'S3Uri':'s3://b'}}}";
    String name = three().json().at("/InputDataConfig/0/ChannelName").asText();
    Requests clash = three().with("/InputDataConfig/1", other.replace("NAME", name));
    assertEquals(List.of(), clash.faults());
    assertOnly(
        clash.with("/InputDataConfig/0/InputMode", "'Pipe'"),
        "$.InputDataConfig[1].ChannelName",
        "is also the name of a pipe of channel");
  }

  @Test
  void hostsMustHaveATypeAndACount() {
    List<JobFault> faults = minimal().with("/ResourceConfig", "{}").faults();
    assertEquals(
        List.of("$.ResourceConfig.InstanceType", "$.ResourceConfig.InstanceCount"),
        faults.stream().map(JobFault::path).toList());
  }

  @Test
  void instanceGroupsAreToldAloneWhereTheyTakeThePlaceOfTypeAndCount() {
    String group = "{'InstanceGroupName':'a','InstanceType':'ml.m5.large','InstanceCount':1}";
    assertOnly(
        minimal().with("/ResourceConfig", "{'InstanceGroups':[" + group + "]}"),
        "$.ResourceConfig.InstanceGroups",
        "not supported yet: InstanceGroups; ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          m5.large       | did you mean "ml.m5.large"?
          ml.m5.lagre    | did you mean "ml.m5.large"?
          ML.M5.LARGE    | did you mean "ml.m5.large"?
          ml.trn1.32xlarge | hosts with AWS Trainium or Inferentia chips are left out
          ml.inf2.xlarge | hosts with AWS Trainium or Inferentia chips are left out
          big-node       | an administrator can add it to the file of heddle.instance-types
          """)
  void anUnknownInstanceTypeIsToldWithTheNearest(String name, String message) {
    Requests request = minimal().with("/ResourceConfig/InstanceType", "'" + name + "'");
    InstanceTypes types = InstanceTypes.load(new Settings(Map.of()));
    List<JobFault> faults = RequestChecks.check(request.json(), types);
    assertEquals(1, faults.size(), faults::toString);
    assertEquals("$.ResourceConfig.InstanceType", faults.get(0).path());
    assertEquals("unknown instance type \"" + name + "\": " + message, told(faults));
    assertEquals(List.of(), request.faults(), "without types any name will do");
  }

  /** The message up to what this test is about. */
  private static String told(List<JobFault> faults) {
    return faults.get(0).message().replace(", take one with GPUs", "");
  }

  @Test
  void encryptionBetweenHostsIsAcceptedWhereThereIsOneHost() {
    String field = "/EnableInterContainerTrafficEncryption";
    assertEquals(List.of(), minimal().with(field, "true").faults());
    assertEquals(List.of(), three().with(field, "false").faults());
    assertOnly(
        three().with(field, "true"),
        "$.EnableInterContainerTrafficEncryption",
        "with more than one host");
  }

  @Test
  void theLongestWaitIsNotShorterThanTheDefaultRuntimeEither() {
    assertOnly(
        minimal().with("/StoppingCondition", "{'MaxWaitTimeInSeconds': 86399}"),
        "$.StoppingCondition.MaxWaitTimeInSeconds",
        "must be at least MaxRuntimeInSeconds (86400 where nothing is said), not 86399");
    assertEquals(
        List.of(),
        minimal().with("/StoppingCondition", "{'MaxWaitTimeInSeconds': 86400}").faults());
  }

  @Test
  void spotTrainingMustSayHowLongToWait() {
    assertOnly(
        minimal().with("/EnableManagedSpotTraining", "true"),
        "$.StoppingCondition.MaxWaitTimeInSeconds",
        "must be given with EnableManagedSpotTraining: write 86400 or more");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/opt/ml/checkpoints",
        "/opt/ml/checkpoints/",
        "/opt/ml/ckpt/fold-1",
        "/opt/ml/inputs"
      })
  void checkpointsMayLieAnywhereBelowOptMl(String path) {
    assertEquals(List.of(), checkpointsIn(path).faults());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/opt/ml",
        "/opt/ml/",
        "/data",
        "checkpoints",
        "/opt/ml/model/x",
        "/opt/ml/input",
        "/opt/ml/../x",
        "/opt/ml/a/../model"
      })
  void checkpointsElsewhereAreAFault(String path) {
    assertOnly(
        checkpointsIn(path), "$.CheckpointConfig.LocalPath", "must be a directory below /opt/ml");
  }

  private static Requests checkpointsIn(String path) {
    return minimal().with("/CheckpointConfig", "{'S3Uri':'s3://b/c','LocalPath':'" + path + "'}");
  }

  @Test
  void checkpointsNeedAFolderInS3() {
    assertOnly(
        minimal().with("/CheckpointConfig", "{}"), "$.CheckpointConfig.S3Uri", "must be given");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{'DisableProfiler':false}", "{'S3OutputPath':'s3://b'}"})
  void aProfilerThatIsNotSwitchedOffIsAFault(String profiler) {
    assertOnly(
        minimal().with("/ProfilerConfig", profiler),
        "$.ProfilerConfig.DisableProfiler",
        "must be true, as there is no profiler");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VpcConfig",
        "Tags",
        "CheckpointConfig",
        "EnableNetworkIsolation",
        "DebugHookConfig",
        "HyperParameters",
        "StoppingCondition",
        "InputDataConfig",
        "Environment"
      })
  void aMemberThatIsNullIsTakenForAbsent(String name) {
    assertEquals(List.of(), minimal().with("/" + name, "null").faults());
  }

  @Test
  void aRequiredMemberThatIsNullIsMissing() {
    assertOnly(minimal().with("/RoleArn", "null"), "$.RoleArn", "must be given");
  }

  @Test
  void anElementOrValueThatIsNullIsAFault() {
    assertOnly(minimal().with("/Tags", "[null]"), "$.Tags[0]", "must be an object, not null");
    assertOnly(
        minimal().with("/HyperParameters", "{'a b': null}"),
        "$.HyperParameters['a b']",
        "must be a string, not null");
  }

  @Test
  void aFieldInTheWrongPlaceIsToldWhereItBelongs() {
    assertOnly(
        minimal().with("/TrainingImage", "'s3://b/k'"),
        "$.TrainingImage",
        "unknown field \"TrainingImage\" here: it belongs in AlgorithmSpecification");
    assertOnly(
        minimal().with("/ResourceConfig/Environment", "{}"),
        "$.ResourceConfig.Environment",
        "unknown field \"Environment\" here: it belongs in the request itself");
  }

  @Test
  void aFieldThatNothingResemblesIsToldToBeLeftOut() {
    assertOnly(minimal().with("/$comment", "'x'"), "$['$comment']", "\"$comment\": leave it out");
  }

  @Test
  void aNameWithControlCharactersIsShownOnOneLine() {
    Requests request = minimal();
    request.json().put("a\nb'\u202e", 1);
    assertOnly(request, "$['a\\u000ab\\'\\u202e']", "unknown field \"a\\u000ab'\\u202e\"");
  }

  @Test
  void anyJsonAtAllIsCheckedWithoutFailing() {
    for (String wrong : List.of("null", "0", "'x'", "true", "[]", "[[]]", "{}", "{'x':[{}]}")) {
      assertFalse(RequestChecks.check(Json.read(wrong.replace('\'', '"'))).isEmpty(), wrong);
      for (Field field : FieldTable.builtIn().root().members().values()) {
        three().with("/" + field.path(), wrong).faults();
        for (Field inner : field.members().values()) {
          String pointer = "/" + inner.path().replace('.', '/');
          three().with("/" + field.path(), "{}").with(pointer, wrong).faults();
        }
      }
      three().with("/InputDataConfig/0", wrong).faults();
      three().with("/InputDataConfig/0/DataSource", wrong).faults();
      three().with("/InputDataConfig/0/DataSource/S3DataSource", wrong).faults();
    }
  }

  @Test
  void aSecretValueIsNotRepeated() {
    Requests request =
        minimal()
            .with("/Environment", "{'TOKEN': 987654321}")
            .with("/HyperParameters", "{'token': 'hunter2\\nhunter2'}");
    assertEquals(2, request.faults().size());
    assertFalse(request.faults().toString().matches("(?s).*(hunter2|987654321).*"));
  }

  private static void assertOnly(Requests request, String path, String message) {
    List<JobFault> faults = request.faults();
    assertEquals(1, faults.size(), faults::toString);
    assertEquals(path, faults.get(0).path());
    assertTrue(faults.get(0).message().contains(message), faults::toString);
  }

  private static Requests minimal() {
    return Requests.of("minimal.json");
  }

  private static Requests three() {
    return Requests.of("three-hosts.json");
  }
}
