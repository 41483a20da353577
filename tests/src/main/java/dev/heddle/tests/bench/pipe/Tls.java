package dev.heddle.tests.bench.pipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The certificate of an encrypted server, which signed it itself.
 *
 * @param keyStore PKCS12 with the server's key
 * @param certificate PEM, for clients
 * @param trustStore PKCS12 with the certificate alone, for clients in Java
 */
record Tls(Path keyStore, Path certificate, Path trustStore) {
  /** Of all the stores; they guard nothing. */
  static final String PASSWORD = "bench-only";

  private static final String ALIAS = "bench";

  /** Makes the three files. */
  static Tls make(Path directory) throws IOException, InterruptedException {
    Tls tls =
        new Tls(
            directory.resolve("server.p12"),
            directory.resolve("server.pem"),
            directory.resolve("trust.p12"));
    for (Path file : List.of(tls.keyStore, tls.certificate, tls.trustStore)) {
      Files.deleteIfExists(file);
    }
    keytool(
        directory,
        tls.keyStore,
        List.of(
            "-genkeypair",
            "-keyalg",
            "RSA",
            "-keysize",
            "2048",
            "-validity",
            "30",
            "-dname",
            "CN=127.0.0.1",
            "-ext",
            "SAN=ip:127.0.0.1,dns:localhost",
            "-ext",
            "BC=ca:true"));
    keytool(
        directory,
        tls.keyStore,
        List.of("-exportcert", "-rfc", "-file", tls.certificate.toString()));
    keytool(
        directory,
        tls.trustStore,
        List.of("-importcert", "-noprompt", "-file", tls.certificate.toString()));
    return tls;
  }

  private static void keytool(Path directory, Path store, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(
        List.of(
            "-alias",
            ALIAS,
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD));
    Tool.run(directory.resolve("keytool.log"), command);
  }

  /** The options with which a JVM trusts the server. */
  List<String> javaOptions() {
    return List.of(
        "-Djavax.net.ssl.trustStore=" + trustStore,
        "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
  }
}
