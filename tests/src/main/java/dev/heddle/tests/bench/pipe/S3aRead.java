package dev.heddle.tests.bench.pipe;

import dev.heddle.tests.embedded.ClassPath;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Hadoop's S3A connector, by {@link S3aCat}. */
record S3aRead() implements Contender {
  private static final Pattern CONNECTOR = Pattern.compile("hadoop-aws-(\\d[^/]*)\\.jar");

  /** What it needs beside this module's classes: Hadoop's client and the AWS SDK. */
  private static final Pattern NEEDED =
      Pattern.compile(
          ".*/software/amazon/awssdk/.*"
              + "|.*/(hadoop-(aws|client-api|client-runtime)|wildfly-openssl|httpclient|httpcore"
              + "|commons-(lang3|codec|logging)|reactive-streams|eventstream|slf4j-api)-\\d[^/]*");

  @Override
  public String name() {
    return "s3a";
  }

  @Override
  public Kind kind() {
    return Kind.ONE_CONNECTION;
  }

  @Override
  public Amount amount() {
    return Amount.SOME;
  }

  @Override
  public Output output(Source source) {
    return Output.STDOUT;
  }

  @Override
  public Optional<String> version() {
    return ClassPath.entries().stream()
        .map(entry -> CONNECTOR.matcher(new File(entry).getName()))
        .filter(Matcher::matches)
        .map(jar -> "Hadoop " + jar.group(1))
        .findFirst();
  }

  @Override
  public List<String> command(Source source, Path fifo) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto", "-XX:-UsePerfData"));
    source.tls().ifPresent(tls -> command.addAll(tls.javaOptions()));
    command.addAll(
        List.of(
            "-cp",
            ClassPath.entries().stream()
                .filter(e -> new File(e).isDirectory() || NEEDED.matcher(e).matches())
                .collect(Collectors.joining(File.pathSeparator)),
            S3aCat.class.getName(),
            source.uri().replaceFirst("^s3:", "s3a:"),
            "fs.s3a.endpoint=" + source.endpoint(),
            "fs.s3a.endpoint.region=" + Source.REGION,
            "fs.s3a.path.style.access=true",
            "fs.s3a.access.key=" + Source.KEY_ID,
            "fs.s3a.secret.key=" + Source.SECRET));
    return command;
  }
}
