package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProxyCheckTest {
  private static final class Fixed extends ProxySelector {
    private final Proxy proxy;

    Fixed(Proxy proxy) {
      this.proxy = proxy;
    }

    @Override
    public List<Proxy> select(URI uri) {
      return List.of(proxy);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
      throw new AssertionError();
    }
  }

  private static boolean applies(Map<String, String> environment, String endpoint) {
    return new ProxyCheck(environment::get, new Fixed(Proxy.NO_PROXY))
        .applies(URI.create(endpoint));
  }

  @Test
  void withoutAnySettingTheWayIsDirect() {
    assertEquals(false, applies(Map.of(), "https://s3.eu-west-1.amazonaws.com"));
  }

  @Test
  void theVariableOfTheSchemeCounts() {
    Map<String, String> environment = Map.of("HTTPS_PROXY", "http://proxy:3128");
    assertEquals(true, applies(environment, "https://s3.eu-west-1.amazonaws.com"));
    assertEquals(false, applies(environment, "http://s3.eu-west-1.amazonaws.com"));
  }

  @Test
  void exceptionsGoDirectly() {
    Map<String, String> environment =
        Map.of("http_proxy", "http://proxy:3128", "no_proxy", "store.local, .example.org,*.net");
    assertEquals(false, applies(environment, "http://store.local:9000"));
    assertEquals(false, applies(environment, "http://s3.example.org"));
    assertEquals(false, applies(environment, "http://a.b.net"));
    assertEquals(false, applies(environment, "http://127.0.0.1:9000"));
    assertEquals(true, applies(environment, "http://notstore.local:9000"));
  }

  @Test
  void theJvmsOwnProxyCounts() {
    Proxy proxy = new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy", 3128));
    assertEquals(
        true,
        new ProxyCheck(name -> null, new Fixed(proxy)).applies(URI.create("https://s3.local")));
  }
}
