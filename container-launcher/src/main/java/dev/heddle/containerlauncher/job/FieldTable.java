package dev.heddle.containerlauncher.job;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What becomes of each member of the SageMaker API's CreateTrainingJobRequest: {@code fields.tsv},
 * whose head explains its columns.
 */
final class FieldTable {
  private static final String FILE = "fields.tsv";
  private static final String COLUMNS = "path\ttype\tneed\tlimits\tstanding\tnote";
  private static final FieldTable BUILT_IN = load();

  private final Field root =
      new Field(
          "",
          FieldType.STRUCTURE,
          true,
          Limits.parse("-"),
          Standing.HONOURED,
          "a CreateTrainingJob request");
  private final Map<String, Field> fields = new LinkedHashMap<>();

  private FieldTable() {}

  static FieldTable builtIn() {
    return BUILT_IN;
  }

  /** The request as a whole. */
  Field root() {
    return root;
  }

  /** Every field, in the order of the table. */
  Collection<Field> all() {
    return Collections.unmodifiableCollection(fields.values());
  }

  /**
   * @param path as {@link Field#path()}
   */
  Optional<Field> find(String path) {
    return Optional.ofNullable(fields.get(path));
  }

  private static FieldTable load() {
    try (InputStream in = FieldTable.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + FILE);
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new IllegalStateException("the jar's " + FILE + " can't be read", e);
    }
  }

  /**
   * @throws IllegalArgumentException naming the line that is wrong
   */
  static FieldTable parse(List<String> lines) {
    FieldTable table = new FieldTable();
    boolean head = true;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("#") || line.isBlank()) {
        continue;
      }
      try {
        if (head) {
          require(line.equals(COLUMNS), "the columns must be " + COLUMNS);
          head = false;
        } else {
          table.add(line.split("\t", -1));
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(FILE + " line " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return table;
  }

  private void add(String[] cells) {
    require(cells.length == 6, "must have six cells");
    String path = cells[0];
    int cut = lastStep(path);
    Field parent = cut == 0 ? root : fields.get(path.substring(0, cut));
    require(parent != null, "comes before the field that holds it");
    require(cells[2].equals("required") || cells[2].equals("-"), "need is required or -");
    Field field =
        new Field(
            path,
            FieldType.of(cells[1]),
            cells[2].equals("required"),
            Limits.parse(cells[3]),
            Standing.of(cells[4]),
            cells[5]);
    require(fields.put(path, field) == null, "stands twice");
    String step = path.substring(cut);
    parent.add(step.startsWith(".") ? step.substring(1) : step, field);
  }

  /** Where the last member, element or value of a path begins. */
  private static int lastStep(String path) {
    if (path.endsWith("[]") || path.endsWith("{}")) {
      return path.length() - 2;
    }
    return Math.max(0, path.lastIndexOf('.'));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
