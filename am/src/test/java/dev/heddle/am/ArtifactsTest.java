package dev.heddle.am;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.heddle.am.supervisor.Action;
import dev.heddle.am.supervisor.Event;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArtifactsTest {
  private static final ObjectUri MODEL = ObjectUri.parse("s3://b/out/model.tar.gz");

  private final List<String> open = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private final Artifacts artifacts = new Artifacts(this::store, new VirtualTime());

  /** Uploads, and nothing else. */
  private ObjectStore store() {
    return (ObjectStore)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              assertEquals(MODEL, arguments[0]);
              switch (method.getName()) {
                case "createMultipart" -> {
                  open.add("upload-" + open.size());
                  return open.get(open.size() - 1);
                }
                case "openMultiparts" -> {
                  return List.copyOf(open);
                }
                case "abortMultipart" -> {
                  open.remove((String) arguments[1]);
                  return null;
                }
                default -> throw new UnsupportedOperationException(method.getName());
              }
            });
  }

  @Test
  void whatAnotherMasterMayHaveOpenedIsGivenUpBeforeItIsOpenedAgain() {
    Action.OpenUploads action = new Action.OpenUploads(1, Map.of("model.tar.gz", MODEL));
    artifacts.open(action, lost -> {});
    assertEquals(1, open.size());
    artifacts.openAgain(action, events::add);
    assertEquals(1, open.size());
    assertEquals(List.of(new Event.UploadsOpened(1, Map.of("model.tar.gz", open.get(0)))), events);
  }
}
