package dev.heddle.containerlauncher.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every limit, at its edge and one beyond (SageMaker API, the shapes of CreateTrainingJob). */
class RequestLimitsTest {
  private static final String S3 = "/InputDataConfig/0/DataSource/S3DataSource";
  private static final String ALGORITHM = "/AlgorithmSpecification";
  private static final String EXPERIMENT = "/ExperimentConfig";

  static Stream<Arguments> lengths() {
    return Stream.of(
        length("/TrainingJobName", 63, n -> "a".repeat(n)),
        length("/RoleArn", 2048, n -> filled("arn:aws:iam::000000000000:role/", n)),
        length(ALGORITHM + "/TrainingImage", 255, n -> filled("file:///", n)),
        length(ALGORITHM + "/MetricDefinitions/0/Name", 255, n -> "m".repeat(n)),
        length(ALGORITHM + "/MetricDefinitions/0/Regex", 500, n -> filled("(x)", n)),
        length(ALGORITHM + "/ContainerEntrypoint/0", 256, n -> "e".repeat(n)),
        length(ALGORITHM + "/ContainerArguments/0", 256, n -> "a".repeat(n)),
        length("/HyperParameters/lr", 2500, n -> "1".repeat(n)),
        length("/InputDataConfig/0/ChannelName", 64, n -> "c".repeat(n)),
        length("/InputDataConfig/0/ContentType", 256, n -> "t".repeat(n)),
        length(S3 + "/S3Uri", 1024, n -> filled("s3://b/", n)),
        length("/OutputDataConfig/S3OutputPath", 1024, n -> filled("s3://b/", n)),
        length("/OutputDataConfig/KmsKeyId", 2048, n -> "k".repeat(n)),
        length("/VpcConfig/Subnets/0", 32, n -> "s".repeat(n)),
        length("/VpcConfig/SecurityGroupIds/0", 32, n -> "s".repeat(n)),
        length("/Tags/0/Key", 128, n -> "k".repeat(n)),
        length("/Tags/0/Value", 256, n -> "v".repeat(n)),
        length(EXPERIMENT + "/ExperimentName", 120, n -> "x".repeat(n)),
        length(EXPERIMENT + "/TrialName", 120, n -> "x".repeat(n)),
        length(EXPERIMENT + "/TrialComponentDisplayName", 120, n -> "x".repeat(n)),
        length(EXPERIMENT + "/RunName", 120, n -> "x".repeat(n)),
        length("/Environment/NCCL_DEBUG", 512, n -> "\\n".repeat(n)));
  }

  private static Arguments length(String pointer, int most, IntFunction<String> text) {
    return Arguments.of(pointer, most, text);
  }

  private static String filled(String start, int length) {
    return start + "x".repeat(length - start.length());
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aTextMayBeAsLongAsTheLimitAndNoLonger(String pointer, int most, IntFunction<String> text) {
    assertEquals(List.of(), full().with(pointer, quoted(text.apply(most))).faults());
    List<JobFault> faults = full().with(pointer, quoted(text.apply(most + 1))).faults();
    assertOne(faults, pointer, " characters, not " + (most + 1));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aTextMustBeAText(String pointer, int most, IntFunction<String> text) {
    assertOne(full().with(pointer, "[]").faults(), pointer, "must be a string, not a list");
  }

  static Stream<Arguments> counts() {
    return Stream.of(
        count("/HyperParameters", 0, 100, RequestLimitsTest::map),
        count("/Environment", 0, 100, RequestLimitsTest::map),
        count("/InputDataConfig", 1, 20, RequestLimitsTest::channels),
        count(
            ALGORITHM + "/MetricDefinitions",
            0,
            40,
            n -> list(n, i -> "{'Name':'m" + i + "','Regex':'(x)'}")),
        count(ALGORITHM + "/ContainerEntrypoint", 1, 100, n -> list(n, i -> "'e'")),
        count(ALGORITHM + "/ContainerArguments", 1, 100, n -> list(n, i -> "'a'")),
        count(S3 + "/InstanceGroupNames", 0, 5, n -> list(n, i -> "'homogeneousCluster'")),
        count("/VpcConfig/SecurityGroupIds", 1, 5, n -> list(n, i -> "'sg-1'")),
        count("/VpcConfig/Subnets", 1, 16, n -> list(n, i -> "'subnet-1'")),
        count("/Tags", 0, 50, n -> list(n, i -> "{'Key':'k" + i + "','Value':''}")));
  }

  private static Arguments count(String pointer, int least, int most, IntFunction<String> json) {
    return Arguments.of(pointer, least, most, json);
  }

  @ParameterizedTest
  @MethodSource("counts")
  void aListMayHoldAsManyAsTheLimitAndNoMore(
      String pointer, int least, int most, IntFunction<String> json) {
    assertEquals(List.of(), full().with(pointer, json.apply(least)).faults());
    assertEquals(List.of(), full().with(pointer, json.apply(most)).faults());
    assertOne(
        full().with(pointer, json.apply(most + 1)).faults(),
        pointer,
        " entries, not " + (most + 1));
    if (least == 1) {
      assertOne(full().with(pointer, json.apply(0)).faults(), pointer, " entries, not 0");
    }
  }

  static Stream<Arguments> ranges() {
    return Stream.of(
        Arguments.of("/ResourceConfig/InstanceCount", 1L, Integer.MAX_VALUE),
        Arguments.of("/ResourceConfig/VolumeSizeInGB", 0L, Integer.MAX_VALUE),
        Arguments.of("/ResourceConfig/KeepAlivePeriodInSeconds", 0L, 21_600L),
        Arguments.of("/StoppingCondition/MaxRuntimeInSeconds", 1L, 2_419_200L),
        Arguments.of("/StoppingCondition/MaxPendingTimeInSeconds", 1800L, 2_419_200L),
        Arguments.of("/RetryStrategy/MaximumRetryAttempts", 1L, 30L));
  }

  @ParameterizedTest
  @MethodSource("ranges")
  void aNumberMayReachItsBoundsAndNotPassThem(String pointer, long least, long most) {
    Requests request = full().without("/StoppingCondition/MaxWaitTimeInSeconds");
    request.with("/EnableManagedSpotTraining", "false");
    assertEquals(List.of(), request.with(pointer, "" + least).faults());
    assertEquals(List.of(), request.with(pointer, "" + most).faults());
    assertOne(request.with(pointer, "" + (least - 1)).faults(), pointer, "not " + (least - 1));
    String above = most == Integer.MAX_VALUE ? "so large a number" : "" + (most + 1);
    assertOne(request.with(pointer, "" + (most + 1)).faults(), pointer, "not " + above);
    assertOne(request.with(pointer, "1.0").faults(), pointer, "a whole number, not a fraction");
    assertOne(request.with(pointer, "'2000'").faults(), pointer, "write it without quotes");
  }

  static Stream<Arguments> badTexts() {
    return Stream.of(
        Arguments.of("/TrainingJobName", "-a", "letters and digits, with hyphens between"),
        Arguments.of("/TrainingJobName", "a-", "letters and digits, with hyphens between"),
        Arguments.of("/TrainingJobName", "", "must have 1 to 63 characters, not 0"),
        Arguments.of("/RoleArn", "arn:aws:iam::12345678901:role/x", "must be a role's ARN"),
        Arguments.of("/RoleArn", "x", "must have 20 to 2048 characters, not 1"),
        Arguments.of("/InputDataConfig/0/ChannelName", "a/b", "letters, digits, '.', '-' and '_'"),
        Arguments.of("/InputDataConfig/0/ChannelName", ".", "the name of a directory of its own"),
        Arguments.of("/InputDataConfig/0/ContentType", "a\\nb", "must be one line"),
        Arguments.of("/InputDataConfig/0/InputMode", "file", "did you mean \"File\"?"),
        Arguments.of("/InputDataConfig/0/InputMode", "FastFile", "not supported yet: \"FastFile\""),
        Arguments.of("/InputDataConfig/0/RecordWrapperType", "RecordIO", "for Pipe mode only"),
        Arguments.of(S3 + "/S3Uri", "https://b/k", "must be an address such as s3://bucket/"),
        Arguments.of(S3 + "/S3Uri", "s3://b/", "must be the manifest's own address"),
        Arguments.of(S3 + "/S3DataType", "Converse", "not supported: \"Converse\""),
        Arguments.of(S3 + "/S3DataDistributionType", "ShardedByKey", "mean \"ShardedByS3Key\"?"),
        Arguments.of(S3 + "/InstanceGroupNames/0", "gpus", "has no instance group \"gpus\""),
        Arguments.of("/OutputDataConfig/CompressionType", "Gzip", "did you mean \"GZIP\"?"),
        Arguments.of("/OutputDataConfig/KmsKeyId", "a key", "the ARN of a KMS key"),
        Arguments.of("/HyperParameters/lr", "a\\nb", "must be one line"),
        Arguments.of("/Tags/0/Key", "a&b", "letters, digits, spaces and the characters"),
        Arguments.of("/ResourceConfig/InstanceType", "ml m5", "an instance type such as"),
        Arguments.of("/VpcConfig/Subnets/0", "a b", "letters, digits and hyphens"),
        Arguments.of("/ExperimentConfig/RunName", "a_b", "letters and digits, with hyphens"));
  }

  @ParameterizedTest
  @MethodSource("badTexts")
  void aTextOfAnotherFormIsAFault(String pointer, String text, String message) {
    assertOne(full().with(pointer, quoted(text)).faults(), pointer, message);
  }

  @Test
  void charactersBeyondTheBasicPlaneCountOnce() {
    assertEquals(List.of(), full().with("/Tags/0/Value", quoted("𝐱".repeat(256))).faults());
  }

  @Test
  void aHyperParametersNameMayHave256Characters() {
    assertEquals(List.of(), full().with("/HyperParameters/" + "k".repeat(256), "''").faults());
    String key = "k".repeat(257);
    List<JobFault> faults = full().with("/HyperParameters/" + key, "''").faults();
    assertEquals(1, faults.size(), faults::toString);
    assertEquals("$.HyperParameters['" + "k".repeat(60) + "…']", faults.get(0).path());
    assertEquals("its name must have at most 256 characters, not 257", faults.get(0).message());
  }

  @Test
  void anEnvironmentVariablesNameMayHave512Characters() {
    assertEquals(List.of(), full().with("/Environment/" + "k".repeat(512), "''").faults());
    assertEquals(1, full().with("/Environment/" + "k".repeat(513), "''").faults().size());
    assertEquals(1, full().with("/Environment/", "''").faults().size());
  }

  private static Requests full() {
    return Requests.of("everything.json");
  }

  private static String quoted(String text) {
    return "\"" + text.replace("'", "\\u0027") + "\"";
  }

  private static String map(int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> "'k" + i + "':''")
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String channels(int size) {
    String source = "{'S3DataSource':{'S3DataType':'S3Prefix','S3Uri':'s3://b'}}";
    return list(size, i -> "{'ChannelName':'c" + i + "','DataSource':" + source + "}");
  }

  private static String list(int size, IntFunction<String> element) {
    return IntStream.range(0, size).mapToObj(element).collect(Collectors.joining(",", "[", "]"));
  }

  private static void assertOne(List<JobFault> faults, String pointer, String message) {
    assertEquals(1, faults.size(), faults::toString);
    assertEquals(jsonPath(pointer), faults.get(0).path());
    assertTrue(faults.get(0).message().contains(message), faults::toString);
  }

  private static String jsonPath(String pointer) {
    return "$" + pointer.replaceAll("/(\\d+)", "[$1]").replace('/', '.');
  }
}
