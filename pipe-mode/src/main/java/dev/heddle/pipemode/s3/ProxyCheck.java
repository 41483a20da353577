package dev.heddle.pipemode.s3;

import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Whether the way to an endpoint leads through a proxy, by the JVM's or the environment's rules.
 */
final class ProxyCheck {
  private final UnaryOperator<String> environment;
  private final ProxySelector selector;

  ProxyCheck(UnaryOperator<String> environment, ProxySelector selector) {
    this.environment = environment;
    this.selector = selector;
  }

  static ProxyCheck system() {
    return new ProxyCheck(System::getenv, ProxySelector.getDefault());
  }

  boolean applies(URI endpoint) {
    String host = endpoint.getHost();
    if (host == null || host.equals("localhost") || host.startsWith("127.")) {
      return false;
    }
    boolean named =
        variable("https".equals(endpoint.getScheme()) ? "https_proxy" : "http_proxy") != null;
    if (named && !excepted(host)) {
      return true;
    }
    return selector != null
        && selector.select(endpoint).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
  }

  private boolean excepted(String host) {
    String list = variable("no_proxy");
    if (list != null) {
      for (String each : list.split(",", -1)) {
        String name = each.strip();
        String suffix = name.startsWith("*") ? name.substring(1) : name;
        if (name.equals("*")
            || host.equals(suffix)
            || (!suffix.isEmpty()
                && host.endsWith(suffix.startsWith(".") ? suffix : "." + suffix))) {
          return true;
        }
      }
    }
    return false;
  }

  private String variable(String name) {
    String value = environment.apply(name);
    if (value == null || value.isBlank()) {
      value = environment.apply(name.toUpperCase(Locale.ROOT));
    }
    return value == null || value.isBlank() ? null : value;
  }
}
