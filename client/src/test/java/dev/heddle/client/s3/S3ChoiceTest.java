package dev.heddle.client.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.pipemode.S3Access;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.alias.CredentialProvider;
import org.apache.hadoop.security.alias.CredentialProviderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ChoiceTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path home;

  private static S3Choice choose(Map<String, String> settings, Map<String, String> environment) {
    return S3Choice.of(Settings.load(HADOOP, settings), environment, HADOOP);
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
        choose(
            Map.of(),
            Map.of(
                "AWS_ENDPOINT_URL_S3", "http://s3:9",
                "AWS_ENDPOINT_URL_STS", "http://sts:8",
                "AWS_REGION", "eu-north-1"));
    Settings defaults = Settings.load(new Configuration(), first.asSettings());
    S3Choice again = S3Choice.of(defaults, Map.of("AWS_REGION", "ap-south-1"), new Configuration());
    assertEquals(first, again);
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
  void aProfileThatIsARoleGivesNoKeysAndAsksNobody() throws Exception {
    Path aws = Files.createDirectories(home.resolve(".aws"));
    Files.writeString(
        aws.resolve("config"),
        """
        [default]
        role_arn=arn:aws:iam::111122223333:role/other
        source_profile=default
        aws_access_key_id=d
        aws_secret_access_key=ds
        """);
    assertEquals(
        Optional.empty(), choose(Map.of(), Map.of("HOME", home.toString())).access().keys());
  }

  private Configuration withProvider(String... keys) throws Exception {
    Configuration hadoop = new Configuration();
    hadoop.set(
        "hadoop.security.credential.provider.path",
        "localjceks://file" + home.resolve("keys.jceks"));
    CredentialProvider provider = CredentialProviderFactory.getProviders(hadoop).get(0);
    for (int i = 0; i < keys.length; i += 2) {
      provider.createCredentialEntry(keys[i], keys[i + 1].toCharArray());
    }
    provider.flush();
    return hadoop;
  }

  private static S3Choice choose(Configuration hadoop, Map<String, String> environment) {
    return S3Choice.of(Settings.load(hadoop, Map.of()), environment, hadoop);
  }

  @Test
  void keysComeAtLastFromHadoopsCredentialProvider() throws Exception {
    Configuration hadoop =
        withProvider(
            "fs.s3a.access.key",
            "kept",
            "fs.s3a.secret.key",
            "hidden",
            "fs.s3a.session.token",
            "t");
    S3Choice choice = choose(hadoop, Map.of());
    assertEquals(
        new S3Access.Keys("kept", "hidden", Optional.of("t")),
        choice.access().keys().orElseThrow());
    assertFalse(choice.toString().contains("hidden"));
    assertFalse(choice.asSettings().toString().contains("hidden"));

    Path aws = Files.createDirectories(home.resolve(".aws"));
    Files.writeString(
        aws.resolve("credentials"),
        "[default]\naws_access_key_id=profile\naws_secret_access_key=p\n");
    Map<String, String> environment = new HashMap<>(Map.of("HOME", home.toString()));
    assertEquals(
        "profile", choose(hadoop, environment).access().keys().orElseThrow().accessKeyId());
    environment.put("AWS_ACCESS_KEY_ID", "variable");
    environment.put("AWS_SECRET_ACCESS_KEY", "v");
    assertEquals(
        "variable", choose(hadoop, environment).access().keys().orElseThrow().accessKeyId());
  }

  @Test
  void halfAKeyOrOneInClearTextIsNotSent() throws Exception {
    Configuration half = withProvider("fs.s3a.access.key", "kept");
    half.set("fs.s3a.secret.key", "of the configuration");
    assertEquals(Optional.empty(), choose(half, Map.of()).access().keys());
    Configuration clear = new Configuration();
    clear.set("fs.s3a.access.key", "clear");
    clear.set("fs.s3a.secret.key", "text");
    assertEquals(Optional.empty(), choose(clear, Map.of()).access().keys());
  }

  @Test
  void aProviderThatCannotBeReadLeavesTheNodesTheirOwn() throws Exception {
    Configuration broken = new Configuration();
    Files.writeString(home.resolve("broken.jceks"), "no key store");
    broken.set(
        "hadoop.security.credential.provider.path",
        "localjceks://file" + home.resolve("broken.jceks"));
    assertEquals(Optional.empty(), choose(broken, Map.of()).access().keys());
  }

  @Test
  void aRoleIsAssumedWhereTheVariablesSay() {
    S3Choice choice =
        choose(Map.of("heddle.s3.assume-role", "true"), Map.of("AWS_ENDPOINT_URL", "http://one:1"));
    assertTrue(
        S3Choice.assumesRole(Settings.load(HADOOP, Map.of("heddle.s3.assume-role", "true"))));
    assertFalse(S3Choice.assumesRole(Settings.load(HADOOP, Map.of())));
    assertEquals(
        new S3Access.AssumedRole("arn", "weave", Optional.of(URI.create("http://one:1"))),
        choice.assuming("arn", "weave").forClient().role().orElseThrow());
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
