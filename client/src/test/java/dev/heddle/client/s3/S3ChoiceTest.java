package dev.heddle.client.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.Settings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ChoiceTest {
  @TempDir Path home;

  private static S3Choice choose(Map<String, String> settings, Map<String, String> environment) {
    return S3Choice.of(Settings.load(new Configuration(), settings), environment);
  }

  @Test
  void withoutAnythingItIsAwsInItsFirstRegionWithoutKeys() {
    S3Choice choice = choose(Map.of(), Map.of());
    assertEquals(Optional.empty(), choice.access().endpoint());
    assertEquals("us-east-1", choice.access().region());
    assertFalse(choice.access().pathStyle());
    assertEquals(Optional.empty(), choice.access().keys());
  }

  @Test
  void theSettingWinsOverTheVariablesAndTheSpecialVariableOverTheGeneral() {
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_ENDPOINT_URL", "http://general:1");
    environment.put("AWS_DEFAULT_REGION", "eu-west-1");
    assertEquals(
        URI.create("http://general:1"),
        choose(Map.of(), environment).access().endpoint().orElseThrow());
    assertEquals("eu-west-1", choose(Map.of(), environment).access().region());
    environment.put("AWS_ENDPOINT_URL_S3", "http://special:2");
    environment.put("AWS_REGION", "eu-west-2");
    assertEquals(
        URI.create("http://special:2"),
        choose(Map.of(), environment).access().endpoint().orElseThrow());
    assertEquals("eu-west-2", choose(Map.of(), environment).access().region());
    S3Choice set =
        choose(
            Map.of("heddle.s3.endpoint", "https://set:3", "heddle.s3.region", "eu-west-3"),
            environment);
    assertEquals(URI.create("https://set:3"), set.access().endpoint().orElseThrow());
    assertEquals("eu-west-3", set.access().region());
  }

  @Test
  void whatWasChosenBecomesSettingsThatChooseTheSame() {
    S3Choice first =
        choose(Map.of(), Map.of("AWS_ENDPOINT_URL_S3", "http://s3:9", "AWS_REGION", "eu-north-1"));
    Settings defaults = Settings.load(new Configuration(), first.asSettings());
    S3Choice again = S3Choice.of(defaults, Map.of("AWS_REGION", "ap-south-1"));
    assertEquals(first.access(), again.access());
    assertTrue(again.access().pathStyle());
  }

  @Test
  void keysComeFromTheVariablesAsAPairOrNotAtAll() {
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_ACCESS_KEY_ID", "id");
    assertEquals(Optional.empty(), choose(Map.of(), environment).access().keys());
    environment.put("AWS_SECRET_ACCESS_KEY", "hidden");
    var keys = choose(Map.of(), environment).access().keys().orElseThrow();
    assertEquals("id", keys.accessKeyId());
    assertEquals(Optional.empty(), keys.sessionToken());
    assertFalse(choose(Map.of(), environment).toString().contains("hidden"));
  }

  @Test
  void keysAndRegionComeFromTheProfileFilesWhenThereAreNoVariables() throws Exception {
    Path aws = Files.createDirectories(home.resolve(".aws"));
    Files.writeString(
        aws.resolve("credentials"),
        """
        [default]
        aws_access_key_id=d
        aws_secret_access_key=ds
        [team]
        aws_access_key_id=t
        aws_secret_access_key=ts
        aws_session_token=tt
        """);
    Files.writeString(aws.resolve("config"), "[profile team]\nregion=ap-south-1\n");
    Map<String, String> environment = new HashMap<>(Map.of("HOME", home.toString()));
    assertEquals("d", choose(Map.of(), environment).access().keys().orElseThrow().accessKeyId());
    environment.put("AWS_PROFILE", "team");
    S3Choice team = choose(Map.of(), environment);
    assertEquals("tt", team.access().keys().orElseThrow().sessionToken().orElseThrow());
    assertEquals("ap-south-1", team.access().region());
    environment.put("AWS_PROFILE", "nobody");
    assertEquals(Optional.empty(), choose(Map.of(), environment).access().keys());
  }

  @Test
  void anEndpointThatIsNoUrlIsRefusedWithoutRepeatingIt() {
    for (String wrong : new String[] {"s3.local:9000", "ftp://x", "http://user:hidden@x", "::"}) {
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> choose(Map.of(), Map.of("AWS_ENDPOINT_URL_S3", wrong)),
              wrong);
      assertTrue(refused.getMessage().contains("heddle.s3.endpoint"), refused.getMessage());
      assertFalse(refused.getMessage().contains("hidden"), refused.getMessage());
    }
  }
}
