package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.Order;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import dev.heddle.pipemode.archive.PartPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The way of the hosts' models and outputs into one archive each: every host writes its own parts
 * of one multipart upload, then one of them appends what was too small for a part.
 */
final class ArtifactMerge {
  static final String MODEL = "model.tar.gz";
  static final String OUTPUT = "output.tar.gz";

  private enum Step {
    OPENING,
    SLICING,
    APPENDING,
    COMPLETING
  }

  private final int number;
  private final JobPlan plan;
  private final Map<String, Host> contributors = new LinkedHashMap<>();
  private final Map<String, Archive> archives = new LinkedHashMap<>();
  private final Map<String, Long> awaited = new LinkedHashMap<>();
  private Step step = Step.OPENING;

  /** One of the two archives on its way. */
  private static final class Archive {
    final ObjectUri object;
    final boolean compressed;
    final Map<String, TreeSize> trees;
    final PartPlan parts;
    // By number: the writer of the end reports its own share once more.
    final SortedMap<Integer, UploadedPart> written = new TreeMap<>();
    final Set<ObjectUri> tails = new LinkedHashSet<>();
    final List<ObjectUri> found = new ArrayList<>();
    String uploadId = "";

    Archive(ObjectUri object, boolean compressed, Map<String, TreeSize> trees, int partSize) {
      this.object = object;
      this.compressed = compressed;
      this.trees = trees;
      this.parts = PartPlan.of(List.copyOf(trees.values()), partSize);
    }
  }

  /**
   * @param number of the job's merges, from 1
   * @param hosts those whose algorithm was started and whose agent lives
   * @throws IllegalArgumentException when there is more than one object of S3 can hold
   */
  ArtifactMerge(int number, JobPlan plan, List<Host> hosts) {
    this.number = number;
    this.plan = plan;
    addArchive(MODEL, plan.compressModel(), hosts);
    addArchive(OUTPUT, true, hosts);
    for (Host host : hosts) {
      if (archives.values().stream().anyMatch(archive -> archive.trees.containsKey(host.name))) {
        contributors.put(host.name, host);
      }
    }
  }

  private void addArchive(String name, boolean compressed, List<Host> hosts) {
    Map<String, TreeSize> trees = new LinkedHashMap<>();
    for (Host host : hosts) {
      AlgorithmExit exit = host.exit().orElseThrow();
      TreeSize tree = name.equals(MODEL) ? exit.model() : exit.output();
      if (tree.files() > 0) {
        trees.put(host.name, tree);
      }
    }
    if (!trees.isEmpty()) {
      ObjectUri object = plan.output().child(compressed ? name : "model/");
      archives.put(name, new Archive(object, compressed, trees, plan.partSize()));
    }
  }

  int number() {
    return number;
  }

  boolean isEmpty() {
    return archives.isEmpty();
  }

  boolean hasModel() {
    return archives.containsKey(MODEL);
  }

  /** Whether the archives can't become whole without the host. */
  boolean needs(Host host) {
    return step == Step.OPENING
        ? contributors.containsKey(host.name)
        : awaited.containsKey(host.name);
  }

  /** Whether the other one makes an archive that this one doesn't. */
  boolean lacksSomethingOf(ArtifactMerge other) {
    return !archives.keySet().containsAll(other.archives.keySet());
  }

  List<Action> begin() {
    Map<String, ObjectUri> toOpen = new LinkedHashMap<>();
    archives.forEach(
        (name, archive) -> {
          if (archive.compressed) {
            toOpen.put(name, archive.object);
          }
        });
    return toOpen.isEmpty() ? slice() : List.of(new Action.OpenUploads(number, toOpen));
  }

  List<Action> opened(Map<String, String> uploadIds) {
    if (step != Step.OPENING) {
      return List.of();
    }
    uploadIds.forEach((name, id) -> archives.get(name).uploadId = id);
    return slice();
  }

  private List<Action> slice() {
    step = Step.SLICING;
    List<Action> actions = new ArrayList<>();
    Map<String, Map<String, Order.UploadShare>> shares = new LinkedHashMap<>();
    archives.forEach(
        (name, archive) -> {
          int index = 0;
          for (String host : archive.trees.keySet()) {
            ObjectUri tail = plan.output().child(".tails/" + host + "-" + name);
            archive.tails.add(tail);
            shares
                .computeIfAbsent(host, h -> new LinkedHashMap<>())
                .put(
                    name,
                    new Order.UploadShare(
                        archive.parts.target(index++, archive.object, archive.uploadId), tail));
          }
        });
    shares.forEach((host, share) -> actions.add(give(contributors.get(host), share)));
    return actions;
  }

  private Action give(Host host, Map<String, Order.UploadShare> share) {
    long order = host.nextOrder();
    awaited.put(host.name, order);
    return new Action.Give(host.allocation.id(), new Order.Upload(order, share));
  }

  /** Whether the report tells how the order ended that this merge has given last. */
  boolean isAnsweredBy(Host host, AgentReport report) {
    Long order = awaited.get(host.name);
    return order != null && report.phase() == AgentPhase.UPLOADED && report.orderDone() >= order;
  }

  /** Takes the answer; what follows when it was the last one awaited. */
  List<Action> answered(Host host, AgentReport report) {
    awaited.remove(host.name);
    report
        .slices()
        .forEach(
            (name, slice) -> {
              Archive archive = archives.get(name);
              if (archive != null && archive.compressed) {
                take(archive, slice);
              }
            });
    if (!awaited.isEmpty()) {
      return List.of();
    }
    return step == Step.SLICING ? append() : complete();
  }

  private void take(Archive archive, ArchiveSlice slice) {
    slice.parts().forEach(part -> archive.written.put(part.number(), part));
    if (step == Step.SLICING) {
      slice.tail().ifPresent(archive.found::add);
    }
  }

  private List<Action> append() {
    step = Step.APPENDING;
    Map<String, Order.AppendShare> ends = new LinkedHashMap<>();
    archives.forEach(
        (name, archive) -> {
          if (archive.compressed) {
            ends.put(
                name,
                new Order.AppendShare(
                    archive.parts.endTarget(archive.object, archive.uploadId), archive.found));
          }
        });
    if (ends.isEmpty()) {
      return complete();
    }
    // Who was awaited last is alive, at least.
    Host writer = contributors.values().stream().filter(Host::alive).findFirst().orElseThrow();
    long order = writer.nextOrder();
    awaited.put(writer.name, order);
    return List.of(new Action.Give(writer.allocation.id(), new Order.Append(order, ends)));
  }

  private List<Action> complete() {
    step = Step.COMPLETING;
    List<Action.CompletedArchive> done = new ArrayList<>();
    for (Archive archive : archives.values()) {
      if (archive.compressed) {
        done.add(
            new Action.CompletedArchive(
                archive.object, archive.uploadId, List.copyOf(archive.written.values())));
      }
    }
    return List.of(new Action.CompleteUploads(number, done, tails()));
  }

  /** What takes back everything that an unfinished merge may have left in S3. */
  Optional<Action> abort() {
    Map<ObjectUri, String> uploads = new LinkedHashMap<>();
    for (Archive archive : archives.values()) {
      if (!archive.uploadId.isEmpty()) {
        uploads.put(archive.object, archive.uploadId);
      }
    }
    return uploads.isEmpty()
        ? Optional.empty()
        : Optional.of(new Action.AbortUploads(uploads, tails()));
  }

  /** What takes uploads back that were opened when nobody waited for them any more. */
  static Action abort(JobPlan plan, Map<String, String> uploadIds) {
    Map<ObjectUri, String> uploads = new LinkedHashMap<>();
    uploadIds.forEach((name, id) -> uploads.put(plan.output().child(name), id));
    return new Action.AbortUploads(uploads, List.of());
  }

  private List<ObjectUri> tails() {
    return archives.values().stream().flatMap(archive -> archive.tails.stream()).toList();
  }
}
