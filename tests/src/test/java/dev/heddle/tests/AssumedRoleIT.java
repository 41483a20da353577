package dev.heddle.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.tests.embedded.EmbeddedCluster;
import dev.heddle.tests.embedded.HeddleClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A job whose submitter may do nothing in S3 but assume the job's role. */
@ExtendWith(ClusterExtension.class)
class AssumedRoleIT {
  private static final String UPPER =
      """
      tree=${SAGEMAKER_BASE_DIR:-/opt/ml}
      tr a-z A-Z < "$tree/input/data/words/poem.txt" > "$tree/model/poem.txt"
      """;

  private final List<String> questions = new CopyOnWriteArrayList<>();
  private final List<String> askers = new CopyOnWriteArrayList<>();
  private HttpServer tokens;

  /** A token service that gives the keys of the cluster's S3 to whoever has the key NOBODY. */
  @BeforeEach
  void serve(EmbeddedCluster cluster) throws IOException {
    tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    tokens.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answer(exchange, cluster.s3().accessKeyId(), cluster.s3().secretAccessKey());
          }
        });
    tokens.start();
  }

  @AfterEach
  void stop() {
    tokens.stop(0);
  }

  private void answer(HttpExchange exchange, String id, String secret) throws IOException {
    questions.add(
        URLDecoder.decode(
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
            StandardCharsets.UTF_8));
    askers.add(
        exchange
            .getRequestHeaders()
            .getFirst("Authorization")
            .replaceFirst(".*Credential=([^/]+)/.*", "$1"));
    byte[] answer =
        """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
          <Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>
            <SessionToken>of-the-role</SessionToken><Expiration>%s</Expiration></Credentials>
        </AssumeRoleResult></AssumeRoleResponse>
        """
            .formatted(id, secret, Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.SECONDS))
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/xml");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
  }

  private int submit(EmbeddedCluster cluster, Jobs jobs, String name, String... options)
      throws IOException, InterruptedException {
    jobs.put(name + "/in/poem.txt", "warp\n");
    Path file =
        jobs.write(
            name + ".json",
            new ObjectMapper()
                .writeValueAsString(
                    jobs.job(name, jobs.image(name, UPPER))
                        .channel("words", jobs.uri(name + "/in/"), "FullyReplicated")
                        .json()));
    Map<String, String> environment = new HashMap<>(cluster.s3().environment());
    environment.put("AWS_ACCESS_KEY_ID", "NOBODY");
    environment.put("AWS_SECRET_ACCESS_KEY", "may-only-assume");
    environment.put("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:" + tokens.getAddress().getPort());
    String[] arguments = new String[4 + options.length];
    System.arraycopy(
        new String[] {"submit", "--job", file.toString(), "--wait"}, 0, arguments, 0, 4);
    System.arraycopy(options, 0, arguments, 4, options.length);
    return new HeddleClient(
            Path.of(System.getProperty("heddle.jar")),
            cluster.configurationDirectory(),
            environment)
        .command(arguments)
        .start()
        .waitFor();
  }

  @Test
  void clientMasterAndAgentReachS3ByTheRole(EmbeddedCluster cluster, Jobs jobs) throws Exception {
    int code = submit(cluster, jobs, "by-role", "--conf", "heddle.s3.assume-role=true");
    assertEquals(0, code);
    assertEquals(Map.of("poem.txt", "WARP\n"), jobs.contents("out/by-role/output/model.tar.gz"));
    assertTrue(questions.size() >= 3, "client, master and agent asked: " + questions);
    for (String question : questions) {
      assertTrue(question.contains("Action=AssumeRole"), question);
      assertTrue(
          question.contains("RoleArn=arn:aws:iam::000000000000:role/heddle-embedded"), question);
      assertTrue(question.contains("RoleSessionName=by-role"), question);
    }
    assertTrue(askers.stream().allMatch("NOBODY"::equals), askers.toString());
  }

  @Test
  void withoutTheSettingNoRoleIsAssumed(EmbeddedCluster cluster, Jobs jobs) throws Exception {
    assertEquals(2, submit(cluster, jobs, "by-no-role"));
    assertEquals(List.of(), questions);
  }
}
