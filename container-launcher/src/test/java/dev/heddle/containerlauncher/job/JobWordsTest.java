package dev.heddle.containerlauncher.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.heddle.containerlauncher.protocol.Fault.Blame;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobWordsTest {
  @Test
  void theStatusesAreThoseOfTheApi() {
    // Deleting is newer than this version of the SDK may be.
    Set<String> api =
        software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus.knownValues().stream()
            .map(Object::toString)
            .collect(Collectors.toSet());
    Set<String> ours =
        Arrays.stream(TrainingJobStatus.values())
            .map(TrainingJobStatus::wireName)
            .collect(Collectors.toSet());
    assertTrue(ours.containsAll(api), api::toString);
  }

  @Test
  void theSecondaryStatusesAreThoseOfTheApi() {
    assertEquals(
        software.amazon.awssdk.services.sagemaker.model.SecondaryStatus.knownValues().stream()
            .map(Object::toString)
            .collect(Collectors.toSet()),
        Arrays.stream(SecondaryStatus.values())
            .map(SecondaryStatus::wireName)
            .collect(Collectors.toSet()));
  }

  @Test
  void aStatusIsWrittenAndReadAsTheApiNamesIt() throws JsonProcessingException {
    String json = Json.MAPPER.writeValueAsString(SecondaryStatus.MAX_RUNTIME_EXCEEDED);
    assertEquals("\"MaxRuntimeExceeded\"", json);
    assertEquals(
        SecondaryStatus.MAX_RUNTIME_EXCEEDED, Json.MAPPER.readValue(json, SecondaryStatus.class));
    assertEquals(TrainingJobStatus.IN_PROGRESS, TrainingJobStatus.of("InProgress"));
    assertThrows(IllegalArgumentException.class, () -> TrainingJobStatus.of("IN_PROGRESS"));
  }

  @Test
  void aJobHasEndedWhenItCompletedFailedOrStopped() {
    assertEquals(
        Set.of(TrainingJobStatus.COMPLETED, TrainingJobStatus.FAILED, TrainingJobStatus.STOPPED),
        Arrays.stream(TrainingJobStatus.values())
            .filter(TrainingJobStatus::isTerminal)
            .collect(Collectors.toSet()));
  }

  @Test
  void aFailureReasonBeginsWithWhoseItIs() {
    assertEquals(
        "AlgorithmError: exit code 3",
        new FailureReason(Blame.ALGORITHM, "exit code 3").toString());
  }

  @Test
  void aFailureReasonIsCutTo1024Characters() {
    int room = 1024 - "ClientError: ".length();
    String exact = new FailureReason(Blame.CLIENT, "x".repeat(room)).toString();
    assertEquals(1024, exact.length());
    assertEquals(exact, new FailureReason(Blame.CLIENT, "x".repeat(room + 1)).toString());
  }

  @Test
  void aFailureReasonsLastCharacterIsNotCutInHalf() {
    int room = 1024 - "ClientError: ".length();
    String cut = new FailureReason(Blame.CLIENT, "x".repeat(room - 1) + "😀").toString();
    assertEquals("ClientError: " + "x".repeat(room - 1), cut);
    String whole = new FailureReason(Blame.CLIENT, "x".repeat(room - 2) + "😀y").toString();
    assertEquals("ClientError: " + "x".repeat(room - 2) + "😀", whole);
  }

  @ParameterizedTest
  @CsvSource({
    "eu-west-1, arn:aws:sagemaker:eu-west-1:000000000000:training-job/fraud-17",
    "cn-north-1, arn:aws-cn:sagemaker:cn-north-1:000000000000:training-job/fraud-17",
    "us-gov-east-1, arn:aws-us-gov:sagemaker:us-gov-east-1:000000000000:training-job/fraud-17"
  })
  void aJobsArnHasItsNameInLowerCase(String region, String arn) {
    assertEquals(arn, TrainingJobArn.of(region, "000000000000", "Fraud-17").toString());
  }

  @ParameterizedTest
  @CsvSource({"EU, 000000000000, a", "eu-west-1, 1, a", "eu-west-1, 000000000000, a_b"})
  void anArnOfPartsThatDoNotFitIsRefused(String region, String account, String name) {
    assertThrows(IllegalArgumentException.class, () -> TrainingJobArn.of(region, account, name));
  }
}
