package dev.heddle.tests.bench.pipe;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What can be reached at all, by a program in C that only moves bytes: where one connection is as
 * fast as the machine, one that copies into the FIFO; else many that drop the bytes.
 *
 * @param program compiled
 */
record Limit(Path program) implements Contender {
  private static final int CONNECTIONS = 16;

  /** Small objects need more at once, because each one waits for its first byte. */
  private static final int CONNECTIONS_OF_SMALL = 64;

  private static final long SMALL = 1_000_000;

  @Override
  public String name() {
    return "limit";
  }

  @Override
  public Kind kind() {
    return Kind.LIMIT;
  }

  @Override
  public Amount amount() {
    return Amount.ALL;
  }

  @Override
  public Output output(Source source) {
    return source.condition().megabytesPerSecond() == 0 ? Output.STDOUT : Output.NOWHERE;
  }

  @Override
  public Optional<String> version() {
    return Optional.of(
        "A: a plain copy from one connection; B: "
            + CONNECTIONS
            + " connections that drop the bytes, "
            + CONNECTIONS_OF_SMALL
            + " for small objects");
  }

  /** It has no TLS. */
  @Override
  public boolean reads(DataSet set) {
    return !set.encrypted();
  }

  @Override
  public List<String> command(Source source, Path fifo) {
    boolean copy = output(source) == Output.STDOUT;
    boolean small = source.objects().size() < SMALL;
    return List.of(
        program.toString(),
        copy ? "copy" : "discard",
        Integer.toString(source.endpoint().getPort()),
        "/" + source.bucket() + "/" + source.objects().prefix(),
        Integer.toString(source.objects().count()),
        Long.toString(source.objects().size()),
        Integer.toString(copy ? 1 : small ? CONNECTIONS_OF_SMALL : CONNECTIONS));
  }
}
