package dev.heddle.containerlauncher.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.services.sagemaker.model.CompressionType;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.OutputCompressionType;
import software.amazon.awssdk.services.sagemaker.model.RecordWrapper;
import software.amazon.awssdk.services.sagemaker.model.S3DataDistribution;
import software.amazon.awssdk.services.sagemaker.model.S3DataType;
import software.amazon.awssdk.services.sagemaker.model.TrainingInputMode;

class FieldTableTest {
  /** Members that the API has by now and this version of its SDK has not. */
  private static final Set<String> NEWER_THAN_THE_SDK =
      Set.of(
          "ResourceConfig.InstancePreferences",
          "ResourceConfig.InstancePreferences[]",
          "ResourceConfig.InstancePreferences[].InstanceType",
          "ResourceConfig.InstancePreferences[].InstanceCount",
          "ResourceConfig.InstancePreferences[].TrainingPlanArns",
          "ResourceConfig.InstancePreferences[].TrainingPlanArns[]",
          "ResourceConfig.SelectedInstanceType",
          "ResourceConfig.SelectedInstanceCount",
          "ServerlessJobConfig.SequenceLength");

  private final FieldTable table = FieldTable.builtIn();

  @Test
  void everyMemberOfTheApiStandsInTheTableAndNothingElseDoes() {
    Set<String> ours = table.all().stream().map(Field::path).collect(Collectors.toSet());
    Set<String> theirs = new TreeSet<>(apiMembers().keySet());
    assertTrue(theirs.size() > 150, "the walk of the API found only " + theirs);
    assertEquals(Set.of(), minus(theirs, ours), "missing from fields.tsv");
    assertEquals(NEWER_THAN_THE_SDK, minus(ours, theirs), "in fields.tsv but not in the API");
  }

  @Test
  void everyMemberHasTheApisType() {
    apiMembers()
        .forEach((path, type) -> assertEquals(type, table.find(path).orElseThrow().type(), path));
  }

  @Test
  void everyChoiceOfTheApiStandsInTheTable() {
    assertChoices("AlgorithmSpecification.TrainingInputMode", TrainingInputMode.knownValues());
    assertChoices("InputDataConfig[].InputMode", TrainingInputMode.knownValues());
    assertChoices("InputDataConfig[].CompressionType", CompressionType.knownValues());
    assertChoices("InputDataConfig[].RecordWrapperType", RecordWrapper.knownValues());
    assertChoices("OutputDataConfig.CompressionType", OutputCompressionType.knownValues());
    String s3 = "InputDataConfig[].DataSource.S3DataSource.";
    assertChoices(s3 + "S3DataType", S3DataType.knownValues());
    assertChoices(s3 + "S3DataDistributionType", S3DataDistribution.knownValues());
  }

  private void assertChoices(String path, Set<?> api) {
    assertEquals(
        api.stream().map(Object::toString).collect(Collectors.toSet()),
        table.find(path).orElseThrow().limits().values().keySet(),
        path);
  }

  @Test
  void whatIsBelowAnUnsupportedFieldIsUnsupportedAsWell() {
    for (Field field : table.all()) {
      if (!field.standing().usable()) {
        children(field)
            .forEach(child -> assertEquals(field.standing(), child.standing(), child.path()));
      }
    }
  }

  @Test
  void everyFieldThatIsRefusedSaysWhatToDo() {
    for (Field field : table.all()) {
      assertFalse(field.note().isBlank(), field.path());
      if (!field.standing().usable() && !field.note().startsWith("see ")) {
        assertTrue(
            field.note().matches(".*\\b(leave|write|name|copy|give|pass)\\b.*"), field.path());
      }
    }
  }

  @Test
  void everythingThatTheRequestRecordActsOnIsUsable() {
    for (String path :
        List.of(
            "HyperParameters{}",
            "InputDataConfig[].ShuffleConfig.Seed",
            "AlgorithmSpecification.ContainerEntrypoint[]",
            "StoppingCondition.MaxRuntimeInSeconds",
            "OutputDataConfig.KmsKeyId",
            "Environment{}",
            "Tags[].Value")) {
      assertEquals(Standing.HONOURED, table.find(path).orElseThrow().standing(), path);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          A.B~string~-~-~honoured~x       | comes before the field that holds it
          A~text~-~-~honoured~x           | TEXT
          A~string~maybe~-~honoured~x     | need is required or -
          A~string~-~size=3~honoured~x    | no such limits
          A~string~-~length=3~honoured~x  | not bounds such as 1..63
          A~string~-~format=x~honoured~x  | no such format: x
          A~string~-~-~later              | must have six cells
          """)
  void aWrongLineIsNamed(String line, String message) {
    List<String> lines =
        List.of("path\ttype\tneed\tlimits\tstanding\tnote", line.replace('~', '\t'));
    String said =
        assertThrows(IllegalArgumentException.class, () -> FieldTable.parse(lines)).getMessage();
    assertTrue(said.startsWith("fields.tsv line 2: "), said);
    assertTrue(said.contains(message), said);
  }

  private static Set<String> minus(Set<String> from, Set<String> those) {
    return from.stream().filter(path -> !those.contains(path)).collect(Collectors.toSet());
  }

  private static Stream<Field> children(Field field) {
    return Stream.concat(field.members().values().stream(), field.element().stream());
  }

  /** The members of CreateTrainingJobRequest as the AWS SDK describes them, by path. */
  private static Map<String, FieldType> apiMembers() {
    Map<String, FieldType> members = new TreeMap<>();
    for (SdkField<?> field : CreateTrainingJobRequest.builder().build().sdkFields()) {
      walk(field.locationName(), field, members);
    }
    return members;
  }

  private static void walk(String path, SdkField<?> field, Map<String, FieldType> members) {
    members.put(path, type(field.marshallingType()));
    Optional<ListTrait> list = field.getOptionalTrait(ListTrait.class);
    Optional<MapTrait> map = field.getOptionalTrait(MapTrait.class);
    if (list.isPresent()) {
      walk(path + "[]", list.get().memberFieldInfo(), members);
    } else if (map.isPresent()) {
      walk(path + "{}", map.get().valueFieldInfo(), members);
    } else if (field.constructor() != null) {
      for (SdkField<?> member : new ArrayList<>(field.constructor().get().sdkFields())) {
        walk(path + "." + member.locationName(), member, members);
      }
    }
  }

  private static FieldType type(MarshallingType<?> type) {
    if (type == MarshallingType.SDK_POJO) {
      return FieldType.STRUCTURE;
    }
    return FieldType.of(type.toString());
  }
}
