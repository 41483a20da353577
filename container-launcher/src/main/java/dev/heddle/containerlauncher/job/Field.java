package dev.heddle.containerlauncher.job;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One row of the field table, with the rows below it. */
final class Field {
  private final String path;
  private final FieldType type;
  private final boolean required;
  private final Limits limits;
  private final Standing standing;
  private final String note;
  private final Map<String, Field> members = new LinkedHashMap<>();
  private Field element;

  Field(
      String path,
      FieldType type,
      boolean required,
      Limits limits,
      Standing standing,
      String note) {
    this.path = path;
    this.type = type;
    this.required = required;
    this.limits = limits;
    this.standing = standing;
    this.note = note;
  }

  /** Such as {@code InputDataConfig[].ChannelName}; empty for the request itself. */
  String path() {
    return path;
  }

  FieldType type() {
    return type;
  }

  boolean required() {
    return required;
  }

  Limits limits() {
    return limits;
  }

  Standing standing() {
    return standing;
  }

  /** What the field does, or what to do instead. */
  String note() {
    return note;
  }

  /** Of a structure, in the order of the table. */
  Map<String, Field> members() {
    return Collections.unmodifiableMap(members);
  }

  /** What a list's elements or a map's values are; empty for everything else. */
  Optional<Field> element() {
    return Optional.ofNullable(element);
  }

  /** Used only while the table is read. */
  void add(String step, Field child) {
    if (step.equals("[]") || step.equals("{}")) {
      element = child;
    } else {
      members.put(step, child);
    }
  }
}
