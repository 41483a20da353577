package dev.heddle.client.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heddle.containerlauncher.job.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** The page {@code /conf} of a NodeManager's web server: the properties that it really has. */
public final class NodeWebServer {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private NodeWebServer() {}

  /**
   * @param web HOST:PORT
   * @throws IOException when it doesn't answer, or wants to know who asks
   */
  public static Map<String, String> properties(Configuration hadoop, String web)
      throws IOException, InterruptedException {
    String scheme = YarnConfiguration.useHttps(hadoop) ? "https" : "http";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(scheme + "://" + web + "/conf?format=json"))
            .timeout(PATIENCE)
            .header("Accept", "application/json")
            .build();
    HttpResponse<String> response =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .build()
            .send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("it answers with the HTTP status " + response.statusCode());
    }
    JsonNode json;
    try {
      json = Json.read(response.body());
    } catch (IllegalArgumentException e) {
      throw new IOException("it answers with something else than its configuration", e);
    }
    Map<String, String> properties = new HashMap<>();
    json.path("properties")
        .forEach(each -> properties.put(each.path("key").asText(), each.path("value").asText("")));
    if (properties.isEmpty()) {
      throw new IOException("it answers with no property");
    }
    return properties;
  }
}
