package dev.heddle.pipemode.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.heddle.pipemode.ObjectStoreException;
import dev.heddle.pipemode.ObjectStoreException.Kind;
import dev.heddle.pipemode.ObjectUri;
import dev.heddle.pipemode.S3Access;
import dev.heddle.pipemode.S3Access.AssumedRole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AssumedRoleTest {
  private static final String ROLE = "arn:aws:iam::111122223333:role/train";
  private static final ObjectUri OBJECT = ObjectUri.parse("s3://b/k");

  private FakeTokenService service;
  private S3ObjectStore store;

  @BeforeEach
  void serve() throws IOException {
    service = new FakeTokenService();
    store = S3ObjectStore.open(access());
  }

  private S3Access access() {
    return new S3Access(
            Optional.of(service.uri()),
            "eu-west-1",
            true,
            Optional.of(new S3Access.Keys("OWN", "secret-of-the-client", Optional.empty())),
            Duration.ofSeconds(20))
        .withRole(AssumedRole.ofJob(ROLE, "weave-17", Optional.of(service.uri())));
  }

  @AfterEach
  void close() {
    store.close();
    service.close();
  }

  @Test
  void theRoleIsAssumedWithTheOwnKeysAndItsTemporaryKeysReachS3() throws Exception {
    assertTrue(store.head(OBJECT).isPresent());
    assertEquals(
        Map.of(
            "Action", "AssumeRole",
            "RoleArn", ROLE,
            "RoleSessionName", "weave-17",
            "Version", "2011-06-15"),
        service.questions.get(0));
    assertTrue(
        service
            .signatures
            .get(0)
            .matches(
                "AWS4-HMAC-SHA256 Credential=OWN/\\d{8}/eu-west-1/sts/aws4_request,.*"
                    + "Signature=[0-9a-f]{64}"),
        service.signatures.get(0));
    assertEquals(List.of("TEMP1"), service.keysInS3);
    assertEquals(List.of("token-1"), service.tokensInS3);
  }

  @Test
  void keysAreKeptWhileTheyAreGoodAndRenewedBeforeTheyExpire() throws Exception {
    service.lifetimes = List.of(Duration.ofSeconds(40), Duration.ofHours(1));
    for (int i = 0; i < 4; i++) {
      assertTrue(store.head(OBJECT).isPresent());
    }
    // The first were so near their end that they served for one call only.
    assertEquals(List.of("TEMP1", "TEMP2", "TEMP2", "TEMP2"), service.keysInS3);
    assertEquals(2, service.questions.size());
  }

  @Test
  void rangesAreReadByTheRoleToo() throws Exception {
    service.lifetimes = List.of(Duration.ofSeconds(40), Duration.ofHours(1));
    ByteBuffer into = ByteBuffer.allocateDirect(3);
    store.read(store.head(OBJECT).orElseThrow(), 0, into, bytes -> {});
    assertEquals(ByteBuffer.wrap(new byte[] {'a', 'b', 'c'}), into.flip());
    assertEquals(List.of("TEMP1", "TEMP2"), service.keysInS3);
    assertEquals(List.of("token-1", "token-2"), service.tokensInS3);
  }

  @Test
  void aRoleThatMayNotBeAssumedIsNamedWithTheRemedy() {
    service.refusals.add(Map.entry(403, "AccessDenied"));
    ObjectStoreException refusal =
        assertThrows(ObjectStoreException.class, () -> store.head(OBJECT));
    assertEquals(Kind.ACCESS_DENIED, refusal.kind());
    assertEquals(
        "Could not read s3://b/k: the role "
            + ROLE
            + " gives no credentials: not this role [AccessDenied, HTTP 403]. Let it be assumed"
            + " (sts:AssumeRole) by the credentials that the job has.",
        refusal.getMessage());
    assertEquals(List.of(), service.keysInS3);
    assertFalse(refusal.getMessage().contains("secret-of-the-client"));
  }

  @Test
  void aTokenServiceThatIsBusyIsAskedAgain() throws Exception {
    service.refusals.add(Map.entry(503, "ServiceUnavailable"));
    assertTrue(store.head(OBJECT).isPresent());
    assertEquals(2, service.questions.size());
    assertEquals(List.of("TEMP2"), service.keysInS3);
  }

  @Test
  void aJobsNameThatIsTooShortForASessionIsMadeLonger() {
    assertEquals("job-x", AssumedRole.ofJob(ROLE, "x", Optional.empty()).sessionName());
    assertEquals("xy", AssumedRole.ofJob(ROLE, "xy", Optional.empty()).sessionName());
  }

  @Test
  void noSecretIsPrinted() {
    assertFalse(access().toString().contains("secret-of-the-client"), access().toString());
  }
}
