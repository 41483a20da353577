package dev.heddle.containerlauncher.conf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.InstanceTypes.InstanceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.sagemaker.model.TrainingInstanceType;

class InstanceTypesTest {
  private static final List<String> FAMILIES =
      List.of(
          "g6e m4 m5 m5d m6i m7i c4 c5 c5n c6i c7i r5 r5d t3 p2 p3 p3dn p4d p4de p5 p5e p5en g4dn g5 g6"
              .split(" "));

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({
    "ml.m5.large, 8192, 2, 0",
    "ml.c4.xlarge, 7680, 4, 0",
    "ml.c5n.xlarge, 10752, 4, 0",
    "ml.t3.medium, 4096, 2, 0",
    "ml.r5.24xlarge, 786432, 96, 0",
    "ml.p2.16xlarge, 749568, 64, 16",
    "ml.p3.2xlarge, 62464, 8, 1",
    "ml.p4d.24xlarge, 1179648, 96, 8",
    "ml.p5.48xlarge, 2097152, 192, 8",
    "ml.g5.12xlarge, 196608, 48, 4",
    "ml.g6e.xlarge, 32768, 4, 1"
  })
  void aBuiltInTypeHasItsPublishedSize(String name, long memoryMb, int vcores, int gpus) {
    assertEquals(
        Optional.of(new InstanceType(name, memoryMb, vcores, gpus, Optional.empty())),
        builtIn().find(name));
  }

  @Test
  void everyTrainingTypeOfTheApiInTheUsualFamiliesIsBuiltIn() {
    List<String> missing =
        TrainingInstanceType.knownValues().stream()
            .map(TrainingInstanceType::toString)
            .filter(name -> FAMILIES.contains(family(name)))
            .filter(name -> builtIn().find(name).isEmpty())
            .toList();
    assertEquals(List.of(), missing);
  }

  @Test
  void everyBuiltInTypeHasGpusExactlyWhenItsFamilyHas() {
    builtIn()
        .all()
        .forEach(
            (name, type) -> assertEquals(family(name).matches("[pg].*"), type.gpus() > 0, name));
  }

  private static String family(String name) {
    return Arrays.asList(name.split("\\.", -1)).get(1);
  }

  @Test
  void theAdministratorsFileAddsAndReplaces() throws IOException {
    InstanceTypes types =
        load(
            """
            {"ml.m5.large": {"memoryMb": 7000, "vcores": 1},
             "big-node": {"memoryMb": 500000, "vcores": 64, "gpus": 2, "nodeLabel": "gpu"}}
            """);
    assertEquals(7000, types.find("ml.m5.large").orElseThrow().memoryMb());
    assertEquals(
        new InstanceType("big-node", 500_000, 64, 2, Optional.of("gpu")),
        types.find("big-node").orElseThrow());
    assertEquals(16384, types.find("ml.m5.xlarge").orElseThrow().memoryMb());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a": {"memoryMb": 1}}                              | "a": vcores must be a whole number of 1
          {"a": {"memoryMb": 0, "vcores": 1}}                 | "a": memoryMb must be a whole number of 1
          {"a": {"memoryMb": 1.5, "vcores": 1}}               | "a": memoryMb must be a whole number of 1
          {"a": {"memoryMb": 1, "vcores": 1, "gpus": -1}}     | "a": gpus must be a whole number of 0
          {"a": {"memoryMb": 1, "vcores": 1, "gpus": "1"}}    | "a": gpus must be a whole number of 0
          {"a": {"memoryMb": 1, "vcores": 1, "gpu": 1}}       | "a": unknown member "gpu": did you mean "gpus"?
          {"a": {"memoryMb": 1, "vcores": 1, "nodeLabel": 1}} | "a": nodeLabel must be the name of a YARN node label
          {"a b": {"memoryMb": 1, "vcores": 1}}               | "a b": a name has 1 to 64 letters
          {"a": 5}                                            | "a": must be an object such as
          {"a": {}, "a": {}}                                  | isn't valid JSON at line 1: Duplicate
          {"a": {"memoryMb": 1, "vcores": 1}} x               | isn't valid JSON at line 1
          []                                                  | must hold one JSON object
          """)
  void aWrongEntryIsNamedWithItsFile(String json, String message) {
    String said = assertThrows(IllegalArgumentException.class, () -> load(json)).getMessage();
    assertTrue(said.startsWith(dir.resolve("types.json").toString()), said);
    assertTrue(said.contains(message), said);
  }

  @Test
  void everyWrongEntryIsTold() {
    String said =
        assertThrows(
                IllegalArgumentException.class,
                () -> load("{\"a\": {\"vcores\": 1}, \"b\": {\"memoryMb\": 1}}"))
            .getMessage();
    assertTrue(said.contains("\"a\": memoryMb must be") && said.contains("\"b\": vcores"), said);
  }

  @Test
  void aFileThatIsNotThereIsNamedWithItsProperty() {
    Settings settings = new Settings(Map.of("heddle.instance-types", "/no/such/file.json"));
    assertEquals(
        "heddle.instance-types: there is no file /no/such/file.json on this machine",
        assertThrows(IllegalArgumentException.class, () -> InstanceTypes.load(settings))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "m5.large, ml.m5.large",
    "ml.m5.lagre, ml.m5.large",
    "ml.g5.xlarg, ml.g5.xlarge",
    "something-else,"
  })
  void theNearestNameIsFound(String written, String nearest) {
    assertEquals(Optional.ofNullable(nearest), builtIn().nearest(written));
  }

  private static InstanceTypes builtIn() {
    return InstanceTypes.load(new Settings(Map.of()));
  }

  private InstanceTypes load(String json) throws IOException {
    Path file = Files.writeString(dir.resolve("types.json"), json);
    return InstanceTypes.load(new Settings(Map.of("heddle.instance-types", file.toString())));
  }
}
