package dev.heddle.am.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientConfigurationTest {

  private static String write(Configuration client) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ClientConfiguration.write(client, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatTheClientSaysArrivesAsItWasWithItsVariables() throws Exception {
    Configuration client = new Configuration();
    client.set("a.value", "x < y & \"z\" > 'w'\nsecond line, grün");
    client.set("yarn.nodemanager.local-dirs", "${hadoop.tmp.dir}/nm");
    Configuration node = new Configuration();
    ClientConfiguration.addTo(
        node, new ByteArrayInputStream(write(client).getBytes(StandardCharsets.UTF_8)));
    assertEquals(client.get("a.value"), node.get("a.value"));
    assertEquals("${hadoop.tmp.dir}/nm", node.getRaw("yarn.nodemanager.local-dirs"));
    assertEquals(
        "${hadoop.tmp.dir}/nm", new Configuration(node).getRaw("yarn.nodemanager.local-dirs"));
  }

  @Test
  void hadoopsDefaultsAreLeftToTheNode() throws Exception {
    assertFalse(write(new Configuration()).contains("io.file.buffer.size"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fs.s3a.access.key",
        "fs.s3a.secret.key",
        "fs.s3a.bucket.b.session.token",
        "fs.azure.account.key.x",
        "fs.azure.sas.c.x",
        "hadoop.security.credential.provider.path",
        "hadoop.http.authentication.signature.secret.file",
        "ssl.client.truststore.password"
      })
  void secretsStayAtHome(String key) throws Exception {
    Configuration client = new Configuration();
    client.set(key, "HIDDEN");
    assertFalse(write(client).contains("HIDDEN"));
  }

  @Test
  void whatOnlySoundsLikeASecretTravels() throws Exception {
    Configuration client = new Configuration();
    client.set("hadoop.security.token.service.use_ip", "false");
    assertTrue(write(client).contains("hadoop.security.token.service.use_ip"));
  }
}
