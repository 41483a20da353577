package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.conf.Settings;
import dev.heddle.containerlauncher.contract.NodePaths;
import dev.heddle.containerlauncher.contract.OptMl;
import dev.heddle.containerlauncher.job.Json;
import dev.heddle.containerlauncher.job.TrainingJobRequest;
import dev.heddle.containerlauncher.protocol.Order.AppendShare;
import dev.heddle.containerlauncher.protocol.Order.UploadShare;
import dev.heddle.containerlauncher.protocol.Progress;
import dev.heddle.pipemode.ArchiveSlice;
import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.TestS3Server;
import dev.heddle.pipemode.UploadedPart;
import dev.heddle.pipemode.hadoop.HadoopObjectSource;
import dev.heddle.pipemode.s3.S3ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against an S3 server that enforces signatures and part sizes. */
class ObjectStoreDataTest {
  private static TestS3Server server;

  @TempDir private Path dir;
  private final AtomicInteger opened = new AtomicInteger();
  private ObjectStore store;
  private ObjectStoreData data;
  private OptMl tree;
  private String bucket;
  private final Configuration hadoop = new Configuration();

  @BeforeAll
  static void serve() {
    server = new TestS3Server();
  }

  @AfterAll
  static void stopServing() {
    server.close();
  }

  @BeforeEach
  void open() throws IOException {
    bucket = "b" + System.nanoTime();
    server.createBucket(bucket);
    S3Access access = server.access();
    store = S3ObjectStore.open(access);
    data =
        new ObjectStoreData(
            () -> {
              opened.incrementAndGet();
              return S3ObjectStore.open(access);
            },
            HadoopObjectSource.open(hadoop, Duration.ofSeconds(1)),
            new Settings(
                Map.of(
                    "heddle.s3.connections",
                    "4",
                    "heddle.pipe.memory-mb",
                    "4",
                    "heddle.disk.reserve-percent",
                    "0")));
    tree = new OptMl(dir.resolve("ml"));
    tree.create();
  }

  @AfterEach
  void closeAll() {
    data.close();
    store.close();
  }

  @Test
  void everyChannelComesShardedAsItAsks() throws Exception {
    for (String name : List.of("a", "b", "c")) {
      put("in/" + name, name);
      put("val/" + name, name + name);
    }
    TrainingJobRequest request =
        request(
            channel("train", "in/", "ShardedByS3Key")
                + ","
                + channel("val", "val/", "FullyReplicated"));
    data.download(request, "algo-2", List.of("algo-1", "algo-2"), tree);
    assertFalse(Files.exists(tree.data().resolve("train/a")));
    assertEquals("b", Files.readString(tree.data().resolve("train/b")));
    assertEquals("cc", Files.readString(tree.data().resolve("val/c")));
    assertEquals(4, Files.readAllLines(tree.data().resolve("train-manifest")).size());
    assertEquals(new Progress(7, 7, 0, List.of(), Optional.empty()), data.progress());
    assertEquals(1, opened.get());
  }

  @Test
  void aSecondDownloadBringsEverythingAnewAndCountsItOnce() throws Exception {
    put("in/a", "abc");
    TrainingJobRequest request = request(channel("train", "in/", "FullyReplicated"));
    data.download(request, "algo-1", List.of("algo-1"), tree);
    Files.writeString(tree.data().resolve("train/a"), "xyz");
    data.download(request, "algo-1", List.of("algo-1"), tree);
    assertEquals("abc", Files.readString(tree.data().resolve("train/a")));
    assertEquals(new Progress(3, 3, 0, List.of(), Optional.empty()), data.progress());
  }

  /** The mount table stands for a cluster's shared file system. */
  @Test
  void aChannelMayLieOnAnotherFileSystemThanS3() throws Exception {
    Files.createDirectories(dir.resolve("warehouse/in/deep"));
    Files.writeString(dir.resolve("warehouse/in/deep/file"), "woven");
    hadoop.set(
        "fs.viewfs.mounttable.loom.link./warehouse", dir.resolve("warehouse").toUri().toString());
    put("in/a", "a");
    data.download(
        request(
            channel("train", "in/", "FullyReplicated")
                + ","
                + channel("val", "x", "FullyReplicated")
                    .replace(uri("x").toString(), "viewfs://loom/warehouse/in")),
        "algo-1",
        List.of("algo-1"),
        tree);
    assertEquals("a", Files.readString(tree.data().resolve("train/a")));
    assertEquals("woven", Files.readString(tree.data().resolve("val/deep/file")));
    assertEquals(
        List.of("warehouse/in", "viewfs://loom/warehouse/in/deep/file"),
        Files.readAllLines(tree.data().resolve("val-manifest")));
  }

  @Test
  void aChannelOnTheNodesOwnDiskIsRefused() {
    ObjectStoreException fault =
        assertThrows(
            ObjectStoreException.class,
            () ->
                data.download(
                    request(
                        channel("train", "x", "FullyReplicated")
                            .replace(uri("x").toString(), "file:///etc/")),
                    "algo-1",
                    List.of("algo-1"),
                    tree));
    assertTrue(fault.getMessage().contains("a job doesn't read the files of a node"));
  }

  @Test
  void aChannelWithoutObjectsIsNamed() {
    ObjectStoreException fault =
        assertThrows(
            ObjectStoreException.class,
            () ->
                data.download(
                    request(channel("train", "none/", "FullyReplicated")),
                    "algo-1",
                    List.of("algo-1"),
                    tree));
    assertTrue(fault.getMessage().contains("/none/"), fault.getMessage());
  }

  @Test
  void aPipeChannelFlowsEpochByEpochAndEndsWithTheAlgorithm() throws Exception {
    put("in/a", "one");
    put("in/b", "two");
    feed(request(pipe("train", "in/")), failure -> {});
    Path pipes = tree.data();
    assertEquals("onetwo", Files.readString(pipes.resolve("train_0")));
    assertTrue(Files.exists(pipes.resolve("train_1")), "the next pipe is there by then");
    assertEquals("onetwo", Files.readString(pipes.resolve("train_1")));
    Awaitility.await()
        .until(() -> data.progress().flows().get(0).totalBytes(), total -> total == 12);
    data.endFeed();
    assertFalse(Files.exists(pipes.resolve("train_2")));
  }

  @Test
  void anObjectThatIsGoneFailsTheFeedAndTheReaderSeesNoEnd() throws Exception {
    put("in/a", "one");
    AtomicReference<IOException> failed = new AtomicReference<>();
    feed(request(pipe("train", "in/")), failed::set);
    Path pipes = tree.data();
    assertEquals("one", Files.readString(pipes.resolve("train_0")));
    store.delete(uri("in/a"));
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      Future<String> reading = threads.submit(() -> Files.readString(pipes.resolve("train_1")));
      // What was fetched before may still flow, once.
      Awaitility.await().until(() -> reading.isDone() || failed.get() != null);
      Future<String> last =
          reading.isDone()
              ? threads.submit(() -> Files.readString(pipes.resolve("train_2")))
              : reading;
      Awaitility.await().until(() -> failed.get() != null);
      assertFalse(last.isDone(), "a reader must not take a part for the whole");
      IOException told = assertThrows(IOException.class, data::endFeed);
      assertTrue(told.getMessage().contains(uri("in/a") + ": there is no such"), told::getMessage);
      assertEquals("", last.get(20, TimeUnit.SECONDS));
    } finally {
      threads.shutdownNow();
    }
  }

  private void feed(TrainingJobRequest request, Consumer<IOException> onFailure) throws Exception {
    NodePaths paths = new NodePaths(dir, dir);
    data.feed(request, "algo-1", List.of("algo-1"), paths, onFailure);
  }

  private String pipe(String name, String prefix) {
    return channel(name, prefix, "FullyReplicated").replace("}}}", "}},\"InputMode\":\"Pipe\"}");
  }

  @Test
  void twoHostsSharesBecomeOneArchive() throws Exception {
    Files.writeString(tree.model().resolve("one"), "1");
    OptMl other = new OptMl(dir.resolve("other"));
    other.create();
    Files.writeString(other.model().resolve("two"), "22");
    ObjectUri model = uri("out/model.tar.gz");
    String id = store.createMultipart(model);
    ArchiveSlice first = data.upload(tree.model(), share(model, id, 1, uri("tail-1")));
    ArchiveSlice second = data.upload(other.model(), share(model, id, 11, uri("tail-2")));
    List<UploadedPart> end =
        data.append(
            new AppendShare(
                new MultipartTarget(model, id, 21, 30, 5 << 20),
                List.of(first.tail().orElseThrow(), second.tail().orElseThrow())));
    store.completeMultipart(model, id, end);
    Path archive = dir.resolve("model.tar.gz");
    Files.write(archive, read(model));
    Process tar =
        new ProcessBuilder("tar", "-tzf", archive.toString()).redirectErrorStream(true).start();
    assertEquals(
        "one\ntwo\n",
        new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8).replace("./", ""));
    assertTrue(data.progress().bytesOut() > 0);
  }

  @Test
  void anUncompressedModelIsStoredFileByFile() throws Exception {
    Files.createDirectories(tree.model().resolve("sub"));
    Files.writeString(tree.model().resolve("sub/w"), "weights");
    ArchiveSlice slice = data.upload(tree.model(), share(uri("out/model"), "", 1, uri("unused")));
    assertEquals(List.of(), slice.parts());
    assertEquals("weights", new String(read(uri("out/model/sub/w")), StandardCharsets.UTF_8));
  }

  @Test
  void nothingMovesOnceItIsClosed() throws Exception {
    data.store();
    data.close();
    assertThrows(IllegalStateException.class, data::store);
  }

  private static UploadShare share(ObjectUri object, String id, int first, ObjectUri tail) {
    return new UploadShare(new MultipartTarget(object, id, first, first + 9, 5 << 20), tail);
  }

  private String channel(String name, String prefix, String distribution) {
    return "{\"ChannelName\":\""
        + name
        + "\",\"DataSource\":{\"S3DataSource\":{\"S3DataType\":\"S3Prefix\",\"S3Uri\":\""
        + uri(prefix)
        + "\",\"S3DataDistributionType\":\""
        + distribution
        + "\"}}}";
  }

  private static TrainingJobRequest request(String channels) {
    return TrainingJobRequest.bind(
        Json.read(
            "{\"AlgorithmSpecification\":{\"TrainingInputMode\":\"File\"},\"InputDataConfig\":["
                + channels
                + "]}"));
  }

  private void put(String key, String content) throws ObjectStoreException {
    store.put(uri(key), ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
  }

  private byte[] read(ObjectUri object) throws IOException {
    var info = store.head(object).orElseThrow();
    try (var in = store.open(info, 0, info.size())) {
      return in.readAllBytes();
    }
  }

  private ObjectUri uri(String key) {
    return ObjectUri.parse("s3://" + bucket + "/" + key);
  }
}
