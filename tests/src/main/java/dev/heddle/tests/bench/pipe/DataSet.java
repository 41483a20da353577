package dev.heddle.tests.bench.pipe;

import dev.heddle.tests.bench.s3.ObjectSet;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What is read: objects of one size. */
enum DataSet {
  MB50("50mb", "50 MB", 50_000_000, false),
  MB100("100mb", "100 MB", 100_000_000, false),
  GB1("1gb", "1 GB", 1_000_000_000, false),
  KB10("10kb", "10,000 x 10 KB", 10_000, false),
  TLS("tls", "1 GB, TLS", 1_000_000_000, true);

  private static final int SMALL_OBJECTS = 10_000;
  private static final double GIB = 1L << 30;

  private final String option;
  private final String title;
  private final long objectSize;
  private final boolean encrypted;

  DataSet(String option, String title, long objectSize, boolean encrypted) {
    this.option = option;
    this.title = title;
    this.objectSize = objectSize;
    this.encrypted = encrypted;
  }

  static Optional<DataSet> of(String option) {
    return EnumSet.allOf(DataSet.class).stream().filter(s -> s.option.equals(option)).findFirst();
  }

  String option() {
    return option;
  }

  String title() {
    return title;
  }

  boolean encrypted() {
    return encrypted;
  }

  boolean small() {
    return this == KB10;
  }

  /** Where it is measured. */
  Set<Condition> conditions() {
    return encrypted ? EnumSet.of(Condition.A) : EnumSet.allOf(Condition.class);
  }

  /** The objects that somebody reads. */
  ObjectSet objects(Amount amount, Volume volume) {
    double gib = amount == Amount.ALL ? volume.gib() : volume.peerGib();
    int count =
        small()
            ? switch (amount) {
              case ALL -> SMALL_OBJECTS;
              case SOME -> volume.peerObjects();
              case FEW -> Math.max(1, volume.peerObjects() / 20);
            }
            : objectsOf(gib);
    return set(count);
  }

  /** As many objects as hold so much at least. */
  ObjectSet objects(double gib) {
    return set(objectsOf(gib));
  }

  private int objectsOf(double gib) {
    return (int) Math.ceil(gib * GIB / objectSize);
  }

  private ObjectSet set(int count) {
    return new ObjectSet(option + "-x" + count + "/part-", count, objectSize);
  }
}
