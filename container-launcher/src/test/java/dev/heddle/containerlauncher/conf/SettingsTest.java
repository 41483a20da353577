package dev.heddle.containerlauncher.conf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SettingsTest {
  private static final Settings DEFAULTS = Settings.load(new Configuration(false), Map.of());

  @Test
  void theDefaultsFileNamesExactlyThePropertiesThereAre() throws IOException {
    String xml = Files.readString(Path.of("../conf/heddle-default.xml"));
    List<String> named =
        Pattern.compile("<name>(.*?)</name>").matcher(xml).results().map(m -> m.group(1)).toList();
    assertEquals(Setting.keys().stream().sorted().toList(), named.stream().sorted().toList());
    assertEquals(new TreeSet<>(Setting.keys()), new TreeSet<>(DEFAULTS.values().keySet()));
  }

  @Test
  void theDefaultsAreFreeOfFaults() {
    assertEquals(List.of(), DEFAULTS.check());
  }

  @Test
  void everyPropertyOfTheDefaultsFileIsExplained() throws IOException {
    String xml = Files.readString(Path.of("../conf/heddle-default.xml"));
    Matcher property =
        Pattern.compile("<name>(.*?)</name>\\s*<value>.*?</value>\\s*<description>(.{20,}?)</d")
            .matcher(xml);
    TreeSet<String> explained = new TreeSet<>();
    while (property.find()) {
      explained.add(property.group(1));
    }
    assertEquals(new TreeSet<>(Setting.keys()), explained);
  }

  @Test
  void theAdministratorsGuideListsEveryPropertyWithItsDefault() throws IOException {
    String guide = Files.readString(Path.of("../conf/README.md"));
    Map<String, String> listed = new HashMap<>();
    Matcher row = Pattern.compile("(?m)^\\| `(heddle\\.[^`]+)` \\| (.*?) \\| ").matcher(guide);
    while (row.find()) {
      listed.put(row.group(1), row.group(2).replace("`", ""));
    }
    Map<String, String> expected = new HashMap<>();
    DEFAULTS.values().forEach((key, value) -> expected.put(key, value.isEmpty() ? "–" : value));
    assertEquals(expected, listed);
  }

  @Test
  void theAdministratorsFileWinsOverTheDefaultsAndTheJobsOwnOverBoth(@TempDir Path dir)
      throws IOException {
    Files.writeString(
        dir.resolve("heddle-site.xml"),
        """
        <configuration>
          <property><name>heddle.queue</name><value> training </value></property>
          <property><name>heddle.placement</name><value>pack</value></property>
          <property><name>other.property</name><value>x</value></property>
          <property><name>heddle.agent.java-options</name><value> </value></property>
        </configuration>
        """);
    Configuration hadoop = new Configuration(false);
    try (URLClassLoader path = new URLClassLoader(new URL[] {dir.toUri().toURL()})) {
      hadoop.setClassLoader(path);
      Settings settings = Settings.load(hadoop, Map.of("heddle.placement", "spread"));
      assertEquals("training", settings.require(Setting.QUEUE));
      assertEquals("spread", settings.require(Setting.PLACEMENT));
      assertEquals(Duration.ofSeconds(60), settings.duration(Setting.AGENT_LEASE));
      assertFalse(settings.values().containsKey("other.property"));
      assertTrue(settings.text(Setting.AGENT_JAVA_OPTIONS).isEmpty());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "EMPTY",
      textBlock =
          """
          QUEUE              | EMPTY       | must be set
          PLACEMENT          | Spread      | must be spread or pack, not 'Spread'
          GANG_TIMEOUT       | 60          | must be a duration such as 500ms, 10s, 5min or 2h
          GANG_TIMEOUT       | 0s          | longer than nothing
          GANG_BACKOFF_MAX   | 1s          | must not be shorter than heddle.gang.backoff.min (5s)
          AGENT_LEASE        | 10s         | must be longer than heddle.agent.suspect-after (10s)
          AGENT_SUSPECT_AFTER| 1s          | must be longer than heddle.agent.heartbeat (1s)
          AM_MEMORY          | 255         | must be a whole number from 256 to 1048576
          AM_VCORES          | 0           | must be a whole number from 1 to 1024
          AM_MAX_ATTEMPTS    | two         | must be a whole number from 1 to 100
          UPLOAD_PART_SIZE   | 4           | must be a whole number from 5 to 5120
          S3_CONNECTIONS     | 0           | must be a whole number from 1 to 1000
          DISK_RESERVE       | 91          | must be a whole number from 0 to 90
          S3_PATH_STYLE      | yes         | must be auto, true or false
          S3_ENDPOINT        | s3.acme:90  | must be a URL such as http://s3.example.com:9000
          S3_ENDPOINT        | http://a/b  | must be a URL such as http://s3.example.com:9000
          S3_REGION          | EU          | must be a region such as eu-west-1, or empty
          JAVA_HOME          | java        | must be an absolute path on the nodes, or empty
          PROCESS_NAMESPACES | always      | must be auto, require or never
          ACCOUNT_ID         | 12345       | must be twelve digits
          STOP_GRACE         | EMPTY       | must be a duration such as 500ms, 10s, 5min or 2h
          """)
  void aValueThatCannotBeUsedIsAFault(Setting setting, String value, String message) {
    List<SettingFault> faults = with(setting, value == null ? "" : value).check();
    assertEquals(1, faults.size(), faults::toString);
    assertEquals(setting.key(), faults.get(0).key());
    assertTrue(faults.get(0).message().contains(message), faults::toString);
  }

  @Test
  void equalShortestAndLongestWaitsAreAccepted() {
    assertEquals(List.of(), with(Setting.GANG_BACKOFF_MAX, "5s").check());
  }

  @Test
  void allFaultsAreToldAtOnce() {
    assertEquals(
        List.of("heddle.queue", "heddle.placement", "heddle.account-id"),
        new Settings(
                changed(
                    Map.of("heddle.placement", "", "heddle.queue", "", "heddle.account-id", "")))
            .check().stream().map(SettingFault::key).toList());
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void everyPropertyIsChecked(Setting setting) {
    // A rule that takes everything would be no rule; these are free text.
    List<Setting> free =
        List.of(
            Setting.STAGING_DIR,
            Setting.PUBLIC_DIR,
            Setting.INSTANCE_TYPES,
            Setting.QUEUE,
            Setting.AM_JAVA_OPTIONS,
            Setting.AGENT_JAVA_OPTIONS);
    assertEquals(free.contains(setting), with(setting, "no such thing!").check().isEmpty());
  }

  @Test
  void aPasswordInAUrlIsNotRepeated() {
    List<SettingFault> faults = with(Setting.S3_ENDPOINT, "http://me:hunter2@host").check();
    assertEquals(1, faults.size());
    assertFalse(faults.toString().contains("hunter2"));
  }

  @Test
  void anUnknownPropertyIsToldWithTheNearest() {
    assertEquals(
        List.of(
            new SettingFault("heddle.placment", "unknown property: did you mean heddle.placement?"),
            new SettingFault(
                "mapreduce.map.memory.mb",
                "unknown property: heddle-default.xml has all that there are")),
        Settings.unknown(
            Map.of("heddle.placment", "", "heddle.queue", "", "mapreduce.map.memory.mb", "")));
  }

  @Test
  void aPropertyIsFoundByItsNameOnly() {
    assertEquals(Setting.QUEUE, Setting.find("heddle.queue").orElseThrow());
    assertTrue(Setting.find("QUEUE").isEmpty());
  }

  @Test
  void aNumberTooLargeForAnIntegerIsNamed() {
    Settings settings = with(Setting.AM_VCORES, "4294967296");
    String message =
        assertThrows(IllegalArgumentException.class, () -> settings.integer(Setting.AM_VCORES))
            .getMessage();
    assertEquals("heddle.am.vcores = '4294967296' is too large", message);
  }

  @ParameterizedTest
  @CsvSource({"500ms, 500", "10s, 10000", "5min, 300000", "2h, 7200000"})
  void aDurationHasItsUnit(String text, long millis) {
    assertEquals(
        Duration.ofMillis(millis), with(Setting.STOP_GRACE, text).duration(Setting.STOP_GRACE));
  }

  private static Settings with(Setting setting, String value) {
    return new Settings(changed(Map.of(setting.key(), value)));
  }

  private static Map<String, String> changed(Map<String, String> values) {
    Map<String, String> all = new HashMap<>(DEFAULTS.values());
    all.putAll(values);
    assertTrue(
        Arrays.stream(Setting.values()).map(Setting::key).toList().containsAll(all.keySet()));
    return all;
  }
}
