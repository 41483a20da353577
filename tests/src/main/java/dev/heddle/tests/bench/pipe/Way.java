package dev.heddle.tests.bench.pipe;

import dev.heddle.tests.embedded.JavaCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How training data reaches a trainer: through a pipe, or first to the disk. */
enum Way {
  PIPE("heddle pipe"),
  FILE("Heddle's File mode"),
  AWS("aws s3 cp --recursive");

  /** An agent's, as {@code heddle-default.xml} has them. */
  private static final String HEAP = "-Xmx256m";

  private static final String CONNECTIONS = "64";
  private static final String RESERVE_PERCENT = "10";

  private final String title;

  Way(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Which contender must be chosen, and be installed, for it. */
  String contender() {
    return this == AWS ? new AwsCopy().name() : HeddlePipe.NAME;
  }

  /** What brings the source's objects into {@code directory/train}; not for the pipe. */
  List<String> download(Source source, Path directory) {
    if (this == AWS) {
      return List.of(
          "aws",
          "s3",
          "cp",
          "--recursive",
          "--only-show-errors",
          source.uri(),
          directory.resolve(Runner.FILES).toString());
    }
    List<String> command = new ArrayList<>(JavaCommand.quickStart());
    command.addAll(List.of(HEAP, "-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            FileDownload.class.getName(),
            source.uri(),
            directory.toString(),
            CONNECTIONS,
            RESERVE_PERCENT));
    return command;
  }

  Map<String, String> environment(Source source) {
    return this == AWS ? AwsCopy.trusting(source) : Map.of();
  }
}
