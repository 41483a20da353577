package dev.heddle.tests.bench.pipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code aws s3 cp OBJECT -}, once for each object, as it can't write more to standard output. */
record AwsCopy() implements Contender {
  /** The prefix, and how many. */
  private static final String LOOP =
      """
      i=0
      while [ $i -lt $2 ]; do
        aws s3 cp --no-progress "$1$(printf %06d $i)" - || exit
        i=$((i + 1))
      done
      """;

  @Override
  public String name() {
    return "aws";
  }

  @Override
  public Kind kind() {
    return Kind.SEVERAL_CONNECTIONS;
  }

  @Override
  public Amount amount() {
    return Amount.FEW;
  }

  @Override
  public Output output(Source source) {
    return Output.STDOUT;
  }

  @Override
  public Optional<String> version() throws IOException, InterruptedException {
    return Tool.version("aws", "--version");
  }

  @Override
  public List<String> command(Source source, Path fifo) {
    return List.of(
        "sh",
        "-c",
        LOOP,
        "aws",
        "s3://" + source.bucket() + "/" + source.objects().prefix(),
        Integer.toString(source.objects().count()));
  }

  @Override
  public Map<String, String> environment(Source source) {
    return trusting(source);
  }

  static Map<String, String> trusting(Source source) {
    return source
        .tls()
        .map(tls -> Map.of("AWS_CA_BUNDLE", tls.certificate().toString()))
        .orElse(Map.of());
  }
}
