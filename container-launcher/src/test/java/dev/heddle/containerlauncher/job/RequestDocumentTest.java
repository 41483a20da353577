package dev.heddle.containerlauncher.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.InstanceTypes;
import dev.heddle.containerlauncher.conf.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDocumentTest {
  private final InstanceTypes types = InstanceTypes.load(new Settings(Map.of()));

  @ParameterizedTest
  @ValueSource(strings = {"minimal.json", "three-hosts.json", "everything.json"})
  void anExampleIsFreeOfFaultsAndBinds(String file) {
    RequestDocument document = RequestDocument.parse(Requests.bytes(file), types);
    assertEquals(List.of(), document.faults());
    assertTrue(document.request().orElseThrow().trainingJobName().startsWith("fraud-"));
  }

  @Test
  void whatAnExampleSaysIsWhatIsBound() {
    TrainingJobRequest request =
        RequestDocument.parse(Requests.bytes("everything.json"), types).request().orElseThrow();
    assertEquals(Long.MIN_VALUE, request.inputDataConfig().get(0).shuffleConfig().seed());
    assertEquals("s3://acme-ml/models/", request.outputDataConfig().s3OutputPath());
    assertEquals(2, request.hostCount());
    assertEquals(
        List.of("lr", "layers", "sagemaker_program", "max depth"),
        List.copyOf(request.hyperParameters().keySet()));
    assertEquals(3600, request.stoppingCondition().maxRuntime());
    assertEquals("two\nlines", request.environment().get("_NOTE"));
    assertEquals(
        List.of("--rounds", "10", ""), request.algorithmSpecification().containerArguments());
  }

  /** file → its faults, as {@code jobs/malformed/expected.tsv} lists them. */
  static Stream<Arguments> malformed() {
    Map<String, List<String[]>> byFile = new LinkedHashMap<>();
    new String(Requests.bytes("malformed/expected.tsv"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("\t", -1))
        .forEach(row -> byFile.computeIfAbsent(row[0], file -> new ArrayList<>()).add(row));
    return byFile.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void aMalformedDocumentsFaultsAreAllNamedWithTheirPlacesInOrder(
      String file, List<String[]> expected) {
    RequestDocument document = RequestDocument.parse(Requests.bytes("malformed/" + file), types);
    assertTrue(document.request().isEmpty());
    assertEquals(
        expected.stream().map(row -> row[1]).toList(),
        document.faults().stream().map(JobFault::path).toList(),
        () -> document.faults().toString());
    for (int i = 0; i < expected.size(); i++) {
      String message = document.faults().get(i).message();
      assertTrue(message.contains(expected.get(i)[2]), message);
    }
  }

  @Test
  void aSyntaxErrorIsToldWithItsLineAndColumn() {
    RequestDocument document = RequestDocument.parse("{\n  \"A\": 1,\n  \"B\" 2\n}");
    assertEquals("$", document.faults().get(0).path());
    assertTrue(
        document
            .faults()
            .get(0)
            .message()
            .startsWith("the document is not JSON at line 3, column 7: correct it, Unexpected"),
        () -> document.faults().toString());
    assertTrue(document.json().isMissingNode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{} x", "{}{}", "{'a':1}", "{\"a\":NaN}", "{\"a\":1,}", "{", "[[["})
  void whatIsNotJsonIsAFaultOfTheWhole(String text) {
    RequestDocument document = RequestDocument.parse(text);
    assertEquals(1, document.faults().size());
    assertEquals("$", document.faults().get(0).path());
    assertTrue(document.faults().get(0).message().startsWith("the document is not JSON at line 1"));
  }

  @Test
  void aDocumentNestedTooDeeplyIsAFaultAndNotAnOverflow() {
    RequestDocument document = RequestDocument.parse("[".repeat(100_000));
    assertEquals("$", document.faults().get(0).path());
  }

  @Test
  void aDocumentMayHaveItsByteOrderMark() {
    String text = new String(Requests.bytes("minimal.json"), StandardCharsets.UTF_8);
    assertEquals(List.of(), RequestDocument.parse("\uFEFF" + text).faults());
  }

  @Test
  void aDocumentInAnotherEncodingIsAFault() {
    byte[] latin = "{\"TrainingJobName\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(
        List.of(new JobFault("$", "the document is not in UTF-8: save it so")),
        RequestDocument.parse(latin).faults());
  }

  @Test
  void aDocumentMayBeAsLongAsTheLimitAndNoLonger() {
    byte[] minimal = Requests.bytes("minimal.json");
    byte[] longest = new byte[RequestDocument.MAX_BYTES];
    Arrays.fill(longest, (byte) ' ');
    System.arraycopy(minimal, 0, longest, 0, minimal.length);
    assertEquals(List.of(), RequestDocument.parse(longest).faults());
    List<JobFault> faults =
        RequestDocument.parse(Arrays.copyOf(longest, longest.length + 1)).faults();
    assertTrue(faults.get(0).message().startsWith("the document is too long"), faults::toString);
  }

  @Test
  void everyMemberThatStandsTwiceIsNamedWhereverItStands() {
    RequestDocument document =
        RequestDocument.parse(
            "{\"Tags\": [{\"Key\": \"a\", \"Value\": \"1\", \"Value\": \"2\"}],"
                + "\"Environment\": {\"A\": \"1\", \"B\": \"\", \"A\": \"2\"}, \"Tags\": 1}");
    List<String> paths =
        document.faults().stream()
            .filter(fault -> fault.message().startsWith("stands twice"))
            .map(JobFault::path)
            .toList();
    assertEquals(List.of("$.Tags", "$.Tags[0].Value", "$.Environment.A"), paths);
  }

  @Test
  void aHostileDocumentsFaultsAreCountedAndNotAllListed() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < 100_000; i++) {
      text.append("\"Tagz").append(i).append("\":{},");
    }
    List<JobFault> faults = RequestDocument.parse(text.append("\"Tags\":[]}").toString()).faults();
    assertEquals(201, faults.size());
    assertEquals("$", faults.get(200).path());
    assertTrue(faults.get(200).message().contains("more faults"), faults.get(200)::toString);
  }
}
