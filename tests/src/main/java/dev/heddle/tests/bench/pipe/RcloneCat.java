package dev.heddle.tests.bench.pipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code rclone cat}. */
record RcloneCat() implements Contender {
  private static final String REMOTE = "RCLONE_CONFIG_BENCH_";

  @Override
  public String name() {
    return "rclone";
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
  public Optional<String> version() throws IOException, InterruptedException {
    return Tool.version("rclone", "version");
  }

  @Override
  public List<String> command(Source source, Path fifo) {
    List<String> command = new ArrayList<>(List.of("rclone", "cat"));
    source
        .tls()
        .ifPresent(tls -> command.addAll(List.of("--ca-cert", tls.certificate().toString())));
    command.add("bench:" + source.bucket() + "/" + source.prefix());
    return command;
  }

  @Override
  public Map<String, String> environment(Source source) {
    Map<String, String> environment = new HashMap<>();
    environment.put("RCLONE_CONFIG", "/dev/null");
    environment.put(REMOTE + "TYPE", "s3");
    environment.put(REMOTE + "PROVIDER", "Other");
    environment.put(REMOTE + "ENDPOINT", source.endpoint().toString());
    environment.put(REMOTE + "REGION", Source.REGION);
    environment.put(REMOTE + "ACCESS_KEY_ID", Source.KEY_ID);
    environment.put(REMOTE + "SECRET_ACCESS_KEY", Source.SECRET);
    environment.put(REMOTE + "LIST_VERSION", "2");
    return environment;
  }
}
