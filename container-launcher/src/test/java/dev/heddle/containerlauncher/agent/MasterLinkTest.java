package dev.heddle.containerlauncher.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.containerlauncher.protocol.ContainerSignal;
import dev.heddle.containerlauncher.protocol.MasterAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MasterLinkTest {
  private final IOException refused = new ConnectException("refused");
  private final IOException silent = new SocketTimeoutException("no answer");

  private final Map<Integer, FakeAm> masters = new HashMap<>();
  private Optional<MasterAddress> written = Optional.of(new MasterAddress(1, "localhost", 1));
  private MasterLink link;

  @BeforeEach
  void open() throws IOException {
    for (int port = 1; port <= 3; port++) {
      masters.put(port, new FakeAm(Duration.ofMillis(20)));
    }
    link =
        new MasterLink(
            master -> masters.get(master.getPort()),
            new InetSocketAddress("localhost", 1),
            Optional.of(() -> written.orElseThrow(() -> new IOException("no staging"))));
  }

  private List<ContainerSignal> asked(int port) throws IOException {
    link.signalContainer("container_7", 1, ContainerSignal.TERM);
    return masters.get(port).signals();
  }

  @Test
  void whereNobodyListensAndNoOtherIsNamedNobodyIsInCharge() throws IOException {
    assertTrue(link.failed(refused));
    assertFalse(link.failed(silent), "it may be cut off");
    written = Optional.empty();
    assertFalse(link.failed(refused), "another may be in charge");
    assertEquals(1, asked(1).size());
  }

  @Test
  void whoeverTakesTheJobOverIsFound() throws IOException {
    written = Optional.of(new MasterAddress(2, "localhost", 2));
    assertFalse(link.failed(silent));
    assertEquals(1, asked(2).size());
    assertTrue(link.failed(refused), "the second is gone, too");
    written = Optional.of(new MasterAddress(3, "localhost", 3));
    assertFalse(link.failed(refused));
    assertEquals(1, asked(3).size());
    assertEquals(0, masters.get(1).signals().size());
  }

  @Test
  void anOlderOneIsNotGoneBackTo() throws IOException {
    written = Optional.of(new MasterAddress(2, "localhost", 2));
    link.failed(refused);
    written = Optional.of(new MasterAddress(1, "localhost", 1));
    assertFalse(link.failed(refused));
    assertEquals(1, asked(2).size());
  }

  @Test
  void withoutAStagingDirectoryNothingIsCertain() throws IOException {
    MasterLink alone =
        new MasterLink(
            master -> masters.get(master.getPort()),
            new InetSocketAddress("localhost", 1),
            Optional.empty());
    assertFalse(alone.failed(refused));
  }
}
