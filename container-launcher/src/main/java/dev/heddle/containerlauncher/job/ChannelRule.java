package dev.heddle.containerlauncher.job;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The channels get along with one another below {@code /opt/ml/input/data}, and can be read. */
final class ChannelRule implements CrossFieldRule {
  /** The group that all hosts of a job without instance groups belong to (resourceconfig.json). */
  private static final String ONLY_GROUP = "homogeneousCluster";

  private static final String MANIFEST = "-manifest";
  private static final Pattern EPOCH = Pattern.compile("(.+)_\\d+");
  private static final List<String> OTHER_SOURCES =
      List.of("FileSystemDataSource", "DatasetSource");

  private final boolean localFiles;

  /**
   * @param localFiles whether a directory of this machine will do
   */
  ChannelRule(boolean localFiles) {
    this.localFiles = localFiles;
  }

  @Override
  public void check(Located request, FaultList faults) {
    List<Located> channels = request.member("InputDataConfig").elements();
    String mode =
        request.member("AlgorithmSpecification").member("TrainingInputMode").text().orElse("File");
    checkNames(channels, faults);
    checkPipeNames(channels, mode, faults);
    boolean groups = !request.member("ResourceConfig").member("InstanceGroups").json().isEmpty();
    for (Located channel : channels) {
      checkSource(channel.member("DataSource"), faults);
      checkAugmented(channel, mode, faults);
      if (inputMode(channel, mode).equals("File")) {
        checkIsNone(channel.member("CompressionType"), faults);
        checkIsNone(channel.member("RecordWrapperType"), faults);
      }
      if (!groups) {
        checkGroups(channel.member("DataSource").member("S3DataSource"), faults);
      }
    }
  }

  private static void checkNames(List<Located> channels, FaultList faults) {
    Set<String> all = new HashSet<>();
    channels.forEach(channel -> channel.member("ChannelName").text().ifPresent(all::add));
    Set<String> before = new HashSet<>();
    for (Located channel : channels) {
      Located place = channel.member("ChannelName");
      String name = place.text().orElse("");
      if (name.isEmpty() || faults.has(place)) {
        continue;
      }
      if (!before.add(name)) {
        faults.add(place, "another channel is called " + Quoted.of(name) + ": rename one");
      } else if (name.equals(".") || name.equals("..")) {
        faults.add(place, "must be the name of a directory of its own, not " + Quoted.of(name));
      } else if (name.endsWith(MANIFEST) && all.contains(withoutManifest(name))) {
        faults.add(
            place,
            "is also the name of the list of channel "
                + Quoted.of(withoutManifest(name))
                + "'s objects: rename one");
      }
    }
  }

  private static String inputMode(Located channel, String mode) {
    return channel.member("InputMode").text().orElse(mode);
  }

  /** Pipe channel c takes the names c_0, c_1 and so on for its epochs. */
  private static void checkPipeNames(List<Located> channels, String mode, FaultList faults) {
    Set<String> pipes = new HashSet<>();
    for (Located channel : channels) {
      if (inputMode(channel, mode).equals("Pipe")) {
        channel.member("ChannelName").text().ifPresent(pipes::add);
      }
    }
    for (Located channel : channels) {
      Located place = channel.member("ChannelName");
      Matcher epoch = EPOCH.matcher(place.text().orElse(""));
      if (epoch.matches() && pipes.contains(epoch.group(1)) && !faults.has(place)) {
        faults.add(
            place,
            "is also the name of a pipe of channel " + Quoted.of(epoch.group(1)) + ": rename one");
      }
    }
  }

  private static void checkAugmented(Located channel, String mode, FaultList faults) {
    Located s3 = channel.member("DataSource").member("S3DataSource");
    Located type = s3.member("S3DataType");
    Located names = s3.member("AttributeNames");
    if (!type.text().orElse("").equals("AugmentedManifestFile")) {
      if (!names.elements().isEmpty() && type.present() && !faults.has(names)) {
        faults.add(names, "belong to AugmentedManifestFile: leave them out");
      }
      return;
    }
    if (!inputMode(channel, mode).equals("Pipe") && !faults.has(type)) {
      faults.add(type, "is for Pipe mode only: set the channel's InputMode to \"Pipe\"");
    }
    if (names.elements().isEmpty() && !faults.has(names)) {
      faults.add(names, "must name what flows of each line of the augmented manifest");
    }
    Located compression = channel.member("CompressionType");
    if (compression.text().orElse("").equals("Gzip") && !faults.has(compression)) {
      faults.add(compression, "doesn't go with AugmentedManifestFile: leave it out");
    }
  }

  private static String withoutManifest(String name) {
    return name.substring(0, name.length() - MANIFEST.length());
  }

  private void checkSource(Located source, FaultList faults) {
    Located s3 = source.member("S3DataSource");
    if (!source.json().isObject() || faults.has(s3)) {
      return;
    }
    if (!s3.present()) {
      if (OTHER_SOURCES.stream().noneMatch(other -> source.member(other).present())) {
        faults.add(s3, "must be given: it says where the channel's objects are");
      }
      return;
    }
    Located uri = s3.member("S3Uri");
    boolean file = uri.text().filter(text -> text.startsWith("file:")).isPresent();
    if (file && !localFiles && !faults.has(uri)) {
      faults.add(
          uri,
          "names files of one machine, and each node has others: put them into S3, or on a file"
              + " system that all nodes share, such as HDFS; only heddle local reads this machine's"
              + " files");
    }
    boolean manifest = s3.member("S3DataType").text().orElse("").endsWith("ManifestFile");
    if (manifest
        && uri.text().filter(text -> !text.matches("[^:]+://[^/]*/.*[^/]")).isPresent()
        && !faults.has(uri)) {
      faults.add(uri, "must be the manifest's own address, such as s3://bucket/train.manifest");
    }
  }

  private static void checkIsNone(Located value, FaultList faults) {
    if (value.text().filter(text -> !text.equals("None")).isPresent() && !faults.has(value)) {
      faults.add(
          value,
          Quoted.of(value.text().get()) + " is for Pipe mode only: leave it out or write \"None\"");
    }
  }

  private static void checkGroups(Located s3, FaultList faults) {
    for (Located group : s3.member("InstanceGroupNames").elements()) {
      if (group.text().filter(name -> !name.equals(ONLY_GROUP)).isPresent() && !faults.has(group)) {
        faults.add(
            group,
            "the job has no instance group "
                + Quoted.of(group.text().get())
                + ": leave it out, all hosts are in "
                + Quoted.of(ONLY_GROUP));
      }
    }
  }
}
