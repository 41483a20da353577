package dev.heddle.containerlauncher.job;

import dev.heddle.containerlauncher.conf.NearestName;
import java.util.Map;
import java.util.Optional;

/** Checks a document against the field table, each value by itself. */
final class ShapeCheck {
  private final FieldTable table;
  private final FaultList faults;
  private final boolean localFiles;

  /**
   * @param localFiles whether a directory of this machine will do where S3 is written to
   */
  ShapeCheck(FieldTable table, FaultList faults, boolean localFiles) {
    this.table = table;
    this.faults = faults;
    this.localFiles = localFiles;
  }

  void check(Located request) {
    checkTyped(request, table.root());
  }

  private void checkMember(Located value, String name, Field field) {
    if (!value.present()) {
      return;
    }
    if (field.standing().usable()) {
      checkTyped(value, field);
    } else if (!asksForNothing(value, field)) {
      faults.add(value, field.standing().refusal() + name + "; " + field.note());
    }
  }

  /** What isn't supported does no harm when it is switched off. */
  private static boolean asksForNothing(Located value, Field field) {
    return switch (field.type()) {
      case BOOLEAN -> value.json().isBoolean() && !value.json().booleanValue();
      case LIST -> value.json().isArray() && value.json().isEmpty();
      case MAP -> value.json().isObject() && value.json().isEmpty();
      default -> false;
    };
  }

  private void checkTyped(Located value, Field field) {
    Optional<String> mismatch = field.type().mismatch(value.json());
    if (mismatch.isPresent()) {
      faults.add(value, mismatch.get());
      return;
    }
    switch (field.type()) {
      case STRUCTURE -> checkStructure(value, field);
      case LIST -> checkList(value, field);
      case MAP -> checkMap(value, field);
      case STRING -> checkText(value, field);
      case INTEGER, LONG -> checkNumber(value, field);
      case BOOLEAN -> {}
    }
  }

  private void checkStructure(Located value, Field field) {
    for (Map.Entry<String, Located> member : value.members()) {
      Field known = field.members().get(member.getKey());
      if (known == null) {
        unknown(value, member.getKey(), member.getValue(), field);
      } else {
        checkMember(member.getValue(), member.getKey(), known);
      }
    }
    field
        .members()
        .forEach(
            (name, member) -> {
              Located place = value.member(name);
              if (member.required() && !place.present() && !faults.has(place)) {
                faults.add(place, missing(member));
              }
            });
  }

  static String missing(Field field) {
    return "must be given (" + field.note() + ")";
  }

  private void unknown(Located parent, String name, Located place, Field structure) {
    String what = "unknown field " + Quoted.of(name);
    Optional<String> near = NearestName.of(name, structure.members().keySet());
    boolean otherCase = near.filter(name::equalsIgnoreCase).isPresent();
    Optional<String> home = otherCase ? Optional.empty() : home(name);
    if (home.isPresent()) {
      faults.add(place, what + " here: it belongs in " + home.get());
    } else if (near.isPresent()) {
      faults.add(place, what + ": did you mean " + Quoted.of(near.get()) + "?");
      if (!parent.json().has(near.get())) {
        faults.excuse(parent.member(near.get()));
      }
    } else {
      faults.add(place, what + ": leave it out");
    }
  }

  /** The first structure of the table that has a member of that name. */
  private Optional<String> home(String name) {
    if (table.root().members().containsKey(name)) {
      return Optional.of("the request itself");
    }
    String end = "." + name;
    return table.all().stream()
        .map(Field::path)
        .filter(path -> path.endsWith(end))
        .findFirst()
        .map(path -> path.substring(0, path.length() - end.length()));
  }

  private void checkList(Located value, Field field) {
    checkCount(value, field);
    Field element = field.element().orElseThrow();
    value.elements().forEach(item -> checkTyped(item, element));
  }

  private void checkMap(Located value, Field field) {
    checkCount(value, field);
    Field element = field.element().orElseThrow();
    for (Map.Entry<String, Located> entry : value.members()) {
      checkKey(entry.getKey(), entry.getValue(), field.limits());
      checkTyped(entry.getValue(), element);
    }
  }

  private void checkCount(Located value, Field field) {
    int count = value.json().size();
    Bounds items = field.limits().items();
    if (!items.holds(count)) {
      faults.add(
          value,
          "must have "
              + items.words()
              + (items.most() == 1 ? " entry" : " entries")
              + ", not "
              + count
              + (count == 0 ? ": leave it out or fill it" : ""));
    }
  }

  private void checkKey(String key, Located place, Limits limits) {
    int length = key.codePointCount(0, key.length());
    if (!limits.keyLength().holds(length)) {
      faults.add(
          place, "its name must have " + limits.keyLength().words() + " characters, not " + length);
    } else if (limits.keyFormat().filter(format -> !format.matches(key)).isPresent()) {
      faults.add(place, "its name must be " + limits.keyFormat().get().words());
    }
  }

  private void checkText(Located value, Field field) {
    String text = value.text().orElseThrow();
    Limits limits = field.limits();
    int length = text.codePointCount(0, text.length());
    if (!limits.values().isEmpty()) {
      checkChoice(value, text, field);
    } else if (!limits.length().holds(length)) {
      faults.add(value, "must have " + limits.length().words() + " characters, not " + length);
    } else if (limits.format().filter(format -> !fits(format, text)).isPresent()) {
      Format format = limits.format().get();
      if (format == Format.S3_URI && text.startsWith("file:")) {
        faults.add(value, fileAddress(text));
        return;
      }
      // Free text is not repeated in a message: it may be a secret.
      String shown = format == Format.LINE ? "" : ", not " + Quoted.of(text);
      faults.add(value, "must be " + format.words() + shown);
    }
  }

  private boolean fits(Format format, String text) {
    return format.matches(text)
        || (localFiles && format == Format.S3_URI && Format.FILE_URI.matches(text));
  }

  private String fileAddress(String text) {
    return localFiles
        ? "must be " + Format.FILE_URI.words() + ", not " + Quoted.of(text)
        : "must be "
            + Format.S3_URI.words()
            + ": only heddle local writes to this machine's directories, not "
            + Quoted.of(text);
  }

  private void checkChoice(Located value, String text, Field field) {
    Map<String, Standing> values = field.limits().values();
    String usable =
        String.join(
            " or ",
            values.keySet().stream()
                .filter(name -> values.get(name).usable())
                .map(Quoted::of)
                .toList());
    Standing standing = values.get(text);
    if (standing == null) {
      String near =
          NearestName.of(text, values.keySet())
              .filter(name -> values.get(name).usable())
              .map(name -> ": did you mean " + Quoted.of(name) + "?")
              .orElse("");
      faults.add(value, "must be " + usable + ", not " + Quoted.of(text) + near);
    } else if (!standing.usable()) {
      faults.add(value, standing.refusal() + Quoted.of(text) + "; write " + usable);
    }
  }

  private void checkNumber(Located value, Field field) {
    Bounds range = field.limits().range();
    long number = value.number().orElseThrow();
    if (!range.holds(number)) {
      faults.add(value, "must be " + range.words() + ", not " + number);
    }
  }
}
