package dev.heddle.am.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.am.supervisor.Event;
import dev.heddle.containerlauncher.protocol.AgentPhase;
import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AlgorithmExit;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import dev.heddle.containerlauncher.protocol.MetricValue;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.TreeSize;
import dev.heddle.pipemode.UploadedPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Instant AT = Instant.parse("2026-11-28T12:34:56.123456789Z");
  private static final Fault FAULT = new Fault(Fault.Blame.CLIENT, "no \"bucket\"\nat all");
  private static final AllocationEnd END =
      new AllocationEnd(AllocationEnd.Cause.PREEMPTED, -102, "by b");
  private static final AgentReport REPORT =
      new AgentReport(
          "algo-1",
          "container_1",
          2,
          7,
          AgentPhase.EXITED,
          new Progress(1, 2, 3, List.of(), Optional.empty()),
          Optional.of(
              new AlgorithmExit(
                  3, false, "why\u00e4", "", true, new TreeSize(1, 2), TreeSize.EMPTY)),
          Optional.of(FAULT),
          Map.of(
              "model.tar.gz",
              new ArchiveSlice(
                  List.of(new UploadedPart(1, "tag", 5)),
                  Optional.of(ObjectUri.parse("s3://b/tail")))),
          List.of(new MetricValue("loss", 0.25, Instant.ofEpochMilli(1234))),
          List.of());

  private static final List<Event> EVENTS =
      List.of(
          new Event.ClusterReady(3),
          new Event.Allocated(List.of(new Event.Allocation("container_1", "node:1"))),
          new Event.AllocationEnded(
              "container_1", new AllocationEnd(AllocationEnd.Cause.PREEMPTED, -102, "by b")),
          new Event.AgentJoined("container_1", "10.0.0.1", "eth0"),
          new Event.AgentReported(REPORT),
          new Event.StopRequested(),
          new Event.UploadsOpened(2, Map.of("model.tar.gz", "id")),
          new Event.UploadsCompleted(2),
          new Event.UploadsFailed(2, FAULT),
          new Event.CheckpointsFailed(FAULT),
          new Event.ClusterLost("why"),
          new Event.Tick(),
          new Event.Heard(Map.of("container_1", AT)),
          new Event.MasterReplaced(3, Set.of("container_1")));

  @TempDir private java.nio.file.Path temp;
  private FileSystem files;
  private Path directory;

  @BeforeEach
  void open() throws IOException {
    files = FileSystem.getLocal(new Configuration());
    directory = new Path(temp.toUri().toString(), "journal");
  }

  private static List<Entry> handled(List<Event> events) {
    return events.stream().map(event -> (Entry) new Entry.Handled(AT, event)).toList();
  }

  @Test
  void everyKindOfEventIsReadAsItWasHandled() throws IOException {
    assertEquals(
        Arrays.stream(Event.class.getPermittedSubclasses())
            .filter(kind -> kind != Event.Allocation.class)
            .collect(Collectors.toSet()),
        EVENTS.stream().map(Object::getClass).collect(Collectors.toSet()));
    try (Journal journal = new Journal(files, directory, 1)) {
      journal.append(handled(EVENTS));
      assertEquals(handled(EVENTS), JournalParts.read(files, directory));
    }
  }

  @Test
  void whatIsAppendedIsThereThoughNobodyCloses() throws IOException {
    Journal journal = new Journal(files, directory, 1);
    List<Entry> first = List.of(new Entry.Begun(-5, AT));
    journal.append(first);
    assertEquals(first, JournalParts.read(files, directory));
    Journal next = new Journal(files, directory, 12);
    next.append(
        List.of(
            new Entry.Paired("c_1", "algo-1", "c_2", "", "HELD", 1, "host", END),
            new Entry.Parted("c_1")));
    List<Entry> all = JournalParts.read(files, directory);
    assertEquals(3, all.size());
    assertEquals(new Entry.Paired("c_1", "algo-1", "c_2", "", "HELD", 1, "host", END), all.get(1));
    assertEquals(new Entry.Parted("c_1"), all.get(2));
  }

  @Test
  void aLineThatBrokeOffWithItsWriterIsLeftOut() throws IOException {
    try (Journal journal = new Journal(files, directory, 1)) {
      journal.append(handled(EVENTS.subList(0, 2)));
    }
    java.nio.file.Path part = temp.resolve("journal/1-1");
    Files.writeString(part, "{\"Kind\":\"Hand", StandardOpenOption.APPEND);
    assertEquals(handled(EVENTS.subList(0, 2)), JournalParts.read(files, directory));
    Files.writeString(part, "\n", StandardOpenOption.APPEND);
    assertThrows(IOException.class, () -> JournalParts.read(files, directory));
  }

  @Test
  void nobodyElseMayReadIt() throws IOException {
    try (Journal journal = new Journal(files, directory, 1)) {
      journal.append(handled(EVENTS));
    }
    java.nio.file.Path part = temp.resolve("journal/1-1");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(part)));
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(part.getParent())));
  }

  @Test
  void aJobThatBeginsHasNone() throws IOException {
    assertTrue(JournalParts.read(files, directory).isEmpty());
  }
}
