package dev.heddle.containerlauncher.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFilesTest {
  private static final String ARN =
      "arn:aws:sagemaker:eu-west-1:000000000000:training-job/fraud-17";

  @TempDir private Path root;

  @Test
  void hyperparametersStayTheStringsThatTheRequestHas() throws IOException {
    assertEquals(
        "{\"layers\":\"[64, 32]\",\"lr\":\"0.1\",\"p\":\"\\\"fit.py\\\"\"}",
        sorted(
            write(
                request("'HyperParameters':{'lr':'0.1','layers':'[64, 32]','p':'\\\"fit.py\\\"'},"),
                "hyperparameters.json")));
    assertEquals("{}", write(request(""), "hyperparameters.json").toString());
  }

  @Test
  void everyChannelSaysItsModeItsDistributionAndItsWrapper() throws IOException {
    JsonNode written =
        write(
            request(
                "'InputDataConfig':[{'ChannelName':'train','ContentType':'text/csv','DataSource':{'S3DataSource':"
                    + "{'S3DataType':'S3Prefix','S3Uri':'s3://b/i/','S3DataDistributionType':'ShardedByS3Key'}}},"
                    + "{'ChannelName':'v','InputMode':'Pipe','RecordWrapperType':'RecordIO','DataSource':{'S3DataSource':"
                    + "{'S3DataType':'S3Prefix','S3Uri':'s3://b/v/'}}}],"),
            "inputdataconfig.json");
    assertEquals(
        json(
            "{'train':{'ContentType':'text/csv','TrainingInputMode':'File','S3DistributionType':'ShardedByS3Key','RecordWrapperType':'None'},"
                + "'v':{'TrainingInputMode':'Pipe','S3DistributionType':'FullyReplicated','RecordWrapperType':'RecordIO'}}"),
        written);
  }

  @Test
  void aJobWithoutChannelsHasAnEmptyInputConfig() throws IOException {
    assertEquals("{}", write(request(""), "inputdataconfig.json").toString());
  }

  @Test
  void theJobConfigSpellsEnumerationsAsSageMakerDoesInside() throws IOException {
    JsonNode written =
        write(
            request(
                "'InputDataConfig':[{'ChannelName':'train','InputMode':'File','CompressionType':'Gzip','DataSource':{'S3DataSource':"
                    + "{'S3DataType':'AugmentedManifestFile','S3Uri':'s3://b/i/','S3DataDistributionType':'ShardedByS3Key'}}}],"),
            "trainingjobconfig.json");
    assertEquals(ARN, written.path("TrainingJobArn").textValue());
    JsonNode channel = written.at("/InputDataConfig/0");
    assertEquals(
        "AUGMENTED_MANIFEST_FILE", channel.at("/DataSource/S3DataSource/S3DataType").textValue());
    assertEquals(
        "SHARDED_BY_S3_KEY",
        channel.at("/DataSource/S3DataSource/S3DataDistributionType").textValue());
    assertEquals("GZIP", channel.path("CompressionType").textValue());
    assertEquals("NONE", channel.path("RecordWrapperType").textValue());
    assertEquals("File", channel.path("InputMode").textValue());
    assertEquals("File", written.at("/AlgorithmSpecification/TrainingInputMode").textValue());
    assertFalse(written.path("EnableNetworkIsolation").booleanValue());
    assertEquals("[]", written.path("Tags").toString());
  }

  @Test
  void theCheckpointConfigStandsOnlyWhereTheJobHasCheckpoints() throws IOException {
    assertEquals(
        "{\"LocalPath\":\"/opt/ml/checkpoints\"}",
        write(request("'CheckpointConfig':{'S3Uri':'s3://b/c'},"), "checkpointconfig.json")
            .toString());
    Files.delete(new OptMl(root).config().resolve("checkpointconfig.json"));
    write(request(""), "hyperparameters.json");
    assertFalse(Files.exists(new OptMl(root).config().resolve("checkpointconfig.json")));
  }

  @Test
  void theResourceConfigHasSixKeysAndHostsSortedAsText() throws IOException {
    List<String> hosts = List.of("algo-1", "algo-2", "algo-3", "algo-10");
    assertEquals(
        json(
            "{'current_host':'algo-2','current_instance_type':'ml.m5.large','current_group_name':'homogeneousCluster',"
                + "'hosts':['algo-1','algo-10','algo-2','algo-3'],'instance_groups':[{'instance_group_name':'homogeneousCluster',"
                + "'instance_type':'ml.m5.large','hosts':['algo-1','algo-10','algo-2','algo-3']}],'network_interface_name':'eth0'}"),
        resources("'InstanceType':'ml.m5.large','InstanceCount':4,", "algo-2", hosts));
  }

  @Test
  void hostsAreDealtToInstanceGroupsByTheirNumbers() throws IOException {
    JsonNode written =
        resources(
            "'InstanceGroups':[{'InstanceGroupName':'big','InstanceType':'ml.p3.2xlarge','InstanceCount':1},"
                + "{'InstanceGroupName':'small','InstanceType':'ml.m5.large','InstanceCount':9}],",
            "algo-10",
            List.of(
                "algo-1", "algo-10", "algo-2", "algo-3", "algo-4", "algo-5", "algo-6", "algo-7",
                "algo-8", "algo-9"));
    assertEquals("small", written.path("current_group_name").textValue());
    assertEquals("ml.m5.large", written.path("current_instance_type").textValue());
    assertEquals("[\"algo-1\"]", written.at("/instance_groups/0/hosts").toString());
    assertEquals(9, written.at("/instance_groups/1/hosts").size());
  }

  private JsonNode resources(String type, String current, List<String> hosts) throws IOException {
    OptMl tree = new OptMl(root);
    tree.create();
    TrainingJobRequest request =
        TrainingJobRequest.bind(json("{'ResourceConfig':{" + type + "'VolumeSizeInGB':1}}"));
    new ConfigFiles(tree)
        .writeResources(new ResourceConfigFile(request.resourceConfig(), current, hosts, "eth0"));
    return read(tree, "resourceconfig.json");
  }

  private JsonNode write(JsonNode request, String name) throws IOException {
    OptMl tree = new OptMl(root);
    tree.create();
    new ConfigFiles(tree).writeJob(request, TrainingJobRequest.bind(request), ARN);
    assertEquals(
        "rw-r--r--",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(tree.config().resolve("hyperparameters.json"))));
    return read(tree, name);
  }

  private static JsonNode read(OptMl tree, String name) throws IOException {
    return Json.read(Files.readString(tree.config().resolve(name)));
  }

  private static JsonNode request(String more) {
    return json(
        "{'TrainingJobName':'fraud-17',"
            + more
            + "'AlgorithmSpecification':{'TrainingImage':'/i','TrainingInputMode':'File'},"
            + "'OutputDataConfig':{'S3OutputPath':'s3://b/o'},"
            + "'ResourceConfig':{'InstanceType':'ml.m5.large','InstanceCount':1,'VolumeSizeInGB':1}}");
  }

  private static JsonNode json(String text) {
    return Json.read(text.replace('\'', '"'));
  }

  private static String sorted(JsonNode object) {
    StringBuilder text = new StringBuilder("{");
    object.properties().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(
            e ->
                text.append(text.length() > 1 ? "," : "")
                    .append('"')
                    .append(e.getKey())
                    .append("\":")
                    .append(e.getValue()));
    return text.append('}').toString();
  }
}
