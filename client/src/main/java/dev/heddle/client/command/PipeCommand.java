package dev.heddle.client.command;

import dev.heddle.client.pipe.PipeRequest;
import dev.heddle.client.pipe.PipeRun;
import dev.heddle.client.s3.S3Choice;
import dev.heddle.client.session.CommandException;
import dev.heddle.client.session.ExitCode;
import dev.heddle.client.session.Session;
import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.RoutedSource;
import dev.heddle.pipemode.channel.ChannelSource;
import dev.heddle.pipemode.channel.PipeChannel;
import dev.heddle.pipemode.frame.PipeFormat;
import dev.heddle.pipemode.hadoop.HadoopObjectSource;
import dev.heddle.pipemode.s3.NativeCiphers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** Streams a channel's data here, as the agents do for an algorithm. */
final class PipeCommand implements Command {
  @Override
  public String name() {
    return "pipe";
  }

  @Override
  public String summary() {
    return "stream S3 data into a pipe, as Pipe mode does";
  }

  @Override
  public String usage() {
    return "--uri URI (--fifo PATH | --stdout) [--manifest | --augmented NAMES] [--recordio] [--gunzip]\n"
        + "            [--shuffle SEED] [--shard I/N] [--epochs N]";
  }

  @Override
  public String description() {
    return """
        Reads all objects under a prefix, or those that a manifest names, over many connections at
        once, and writes their bytes in order: to named pipes PATH_0, PATH_1, ..., one for each
        epoch, which it makes and removes, or to standard output. Needs no cluster. A reader that
        closes early ends an epoch; when data can't be had the exit code isn't 0.
        """;
  }

  @Override
  public List<String> examples() {
    return List.of(
        "heddle pipe --uri s3://data/train/ --stdout | sha256sum",
        "heddle pipe --uri s3://data/train/ --shuffle 7 --epochs 2 --fifo /tmp/train",
        "heddle pipe --uri s3://data/all.jsonl --augmented image-ref,label --recordio --stdout");
  }

  @Override
  public List<Option> options() {
    return List.of(
        Flags.required("uri", "URI", "a prefix of keys, or the manifest"),
        Flags.value("fifo", "PATH", "what the named pipes' paths begin with"),
        Flags.flag("stdout", "write to standard output"),
        Flags.flag("manifest", "URI is a manifest (ManifestFile)"),
        Flags.value(
            "augmented",
            "NAMES",
            "URI is an augmented manifest; the attributes to read, with commas between"),
        Flags.flag("recordio", "make a RecordIO record of each object or value"),
        Flags.flag("gunzip", "decompress each object"),
        Flags.value("shuffle", "SEED", "shuffle each epoch by this seed (ShuffleConfig)"),
        Flags.value("shard", "I/N", "only what host I of N gets, I from 0 (ShardedByS3Key)"),
        Flags.value("epochs", "N", "how often to read everything (1)"));
  }

  @Override
  public int arguments() {
    return 0;
  }

  @Override
  public int run(Session session, CommandLine line)
      throws CommandException, IOException, InterruptedException {
    PipeRequest request = request(line);
    Settings settings = session.settings(Map.of());
    S3Choice choice;
    try {
      choice = S3Choice.of(settings, session.environment(), session.hadoop());
    } catch (IllegalArgumentException e) {
      throw CommandException.input(e.getMessage());
    }
    NativeCiphers.preferFor(choice.access());
    ObjectStore s3 = session.world().store(choice.access());
    try (RoutedSource source =
        new RoutedSource(
            s3, HadoopObjectSource.withLocalFiles(session.hadoop(), choice.access().retryFor()))) {
      return new PipeRun(session, settings, request).run(source);
    }
  }

  private static PipeRequest request(CommandLine line) throws CommandException {
    if (line.hasOption("fifo") == line.hasOption("stdout")) {
      throw CommandException.input("give either --fifo PATH or --stdout");
    }
    if (line.hasOption("manifest") && line.hasOption("augmented")) {
      throw CommandException.input("give --manifest or --augmented NAMES, not both");
    }
    PipeChannel.Place place = place(line.getOptionValue("shard", "0/1"));
    ChannelSource.Kind kind =
        line.hasOption("augmented")
            ? ChannelSource.Kind.AUGMENTED_MANIFEST_FILE
            : line.hasOption("manifest")
                ? ChannelSource.Kind.MANIFEST_FILE
                : ChannelSource.Kind.S3_PREFIX;
    PipeFormat format = new PipeFormat(line.hasOption("gunzip"), line.hasOption("recordio"));
    if (format.gunzip() && kind == ChannelSource.Kind.AUGMENTED_MANIFEST_FILE) {
      throw CommandException.input("--gunzip doesn't go with --augmented: its values are no files");
    }
    ChannelSource source =
        new ChannelSource(
            "pipe",
            kind,
            uri(line.getOptionValue("uri")),
            line.hasOption("augmented") ? names(line.getOptionValue("augmented")) : List.of(),
            place.hosts() > 1,
            line.hasOption("shuffle")
                ? OptionalLong.of(number(line, "shuffle", Long.MIN_VALUE, Long.MAX_VALUE))
                : OptionalLong.empty());
    int epochs = line.hasOption("epochs") ? (int) number(line, "epochs", 1, Integer.MAX_VALUE) : 1;
    return new PipeRequest(
        source,
        place,
        format,
        epochs,
        line.hasOption("fifo") ? Optional.of(fifo(line.getOptionValue("fifo"))) : Optional.empty());
  }

  private static Path fifo(String text) throws CommandException {
    Path path = Path.of(text).toAbsolutePath();
    if (text.isEmpty() || path.getFileName() == null) {
      throw CommandException.input(
          "--fifo must be what the pipes' paths begin with, such as /tmp/train, not '"
              + text
              + "'");
    }
    if (!Files.isDirectory(path.getParent())) {
      throw CommandException.input("--fifo: there is no directory " + path.getParent());
    }
    return path;
  }

  private static ObjectUri uri(String text) throws CommandException {
    try {
      return ObjectUri.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.INPUT, "--uri: " + e.getMessage(), e);
    }
  }

  private static List<String> names(String text) throws CommandException {
    List<String> names = List.of(text.split(",", -1));
    if (names.stream().anyMatch(String::isBlank)) {
      throw CommandException.input("--augmented wants names with commas between, not " + text);
    }
    return names;
  }

  private static long number(CommandLine line, String option, long least, long most)
      throws CommandException {
    String text = line.getOptionValue(option);
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    String range = least == Long.MIN_VALUE ? "" : ", " + least + " to " + most;
    throw CommandException.input(
        "--" + option + " must be a whole number" + range + ", not '" + text + "'");
  }

  private static PipeChannel.Place place(String text) throws CommandException {
    String[] parts = text.split("/", 2);
    try {
      int index = Integer.parseInt(parts[0]);
      int hosts = Integer.parseInt(parts[parts.length - 1]);
      if (parts.length == 2 && index >= 0 && index < hosts) {
        return new PipeChannel.Place(index, hosts);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw CommandException.input("--shard must be I/N with I from 0 to N-1, not '" + text + "'");
  }
}
