package dev.heddle.tests.cli;

import dev.heddle.tests.algorithms.Digits;
import dev.heddle.tests.algorithms.xgboost.LabelledRows;
import dev.heddle.tests.algorithms.xgboost.Train;
import dev.heddle.tests.algorithms.xgboost.Training;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Loads what a job of the XGBoost sample on the digits wrote, in a process that knows nothing else
 * of the job, and scores it on the rows that were held out, beside the same algorithm trained here
 * and now on one host. Standard output gets two lines {@code NAME=VALUE}.
 */
public final class ScoreModel {
  private static final String HELP =
      """
      ScoreModel [--within DIFFERENCE] MODEL

      MODEL is s3://BUCKET/KEY of a model.tar.gz (with the AWS SDK's environment variables), or a
      file. Exit codes: 0 scored, and within DIFFERENCE (default 0.02) of the same algorithm on one
      host; 1 not within; 2 wrong usage; 4 the model can't be read.
      """;

  private static final String MEMBER = "model.ubj";

  private ScoreModel() {}

  public static void main(String[] args) {
    System.exit(run(List.of(args)));
  }

  private static int run(List<String> arguments) {
    double within;
    String model;
    try {
      if (arguments.isEmpty()) {
        throw new Usage.WrongUsage("which model? --help says more");
      }
      model = arguments.get(arguments.size() - 1);
      boolean help = model.equals("--help");
      if (help) {
        System.out.print(HELP);
        return 0;
      }
      Usage usage = Usage.parse(arguments.subList(0, arguments.size() - 1), Set.of("--within"));
      within = Double.parseDouble(usage.text("--within").orElse("0.02"));
    } catch (Usage.WrongUsage | NumberFormatException e) {
      System.err.println("ScoreModel: " + e.getMessage());
      return 2;
    }
    try {
      return score(read(model), within);
    } catch (IOException | RuntimeException | XGBoostError e) {
      System.err.println("ScoreModel: cannot score " + model + ": " + e.getMessage());
      return 4;
    }
  }

  private static int score(byte[] model, double within) throws IOException, XGBoostError {
    Path data = Files.createTempDirectory("heddle-digits-");
    try {
      Digits.load().writeTo(data);
      LabelledRows train = LabelledRows.read(data.resolve("train"));
      LabelledRows heldOut = LabelledRows.read(data.resolve("validation"));
      double distributed = Training.accuracy(XGBoost.loadModel(model), heldOut);
      Booster alone =
          Training.onOneHost(Train.exampleHyperparameters(), train, heldOut, line -> {});
      double oneHost = Training.accuracy(alone, heldOut);
      System.out.println(line("model-accuracy", distributed));
      System.out.println(line("one-host-accuracy", oneHost));
      return Math.abs(distributed - oneHost) <= within ? 0 : 1;
    } finally {
      try (Stream<Path> tree = Files.walk(data)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static String line(String name, double accuracy) {
    return String.format(Locale.ROOT, "%s=%.4f", name, accuracy);
  }

  /** The model file inside the archive. */
  private static byte[] read(String place) throws IOException {
    try (InputStream object =
            place.startsWith("s3://") ? download(place) : Files.newInputStream(Path.of(place));
        TarArchiveInputStream members = new TarArchiveInputStream(new GZIPInputStream(object))) {
      for (TarArchiveEntry member = members.getNextEntry();
          member != null;
          member = members.getNextEntry()) {
        if (member.getName().replaceFirst("^\\./", "").equals(MEMBER)) {
          return members.readAllBytes();
        }
      }
    }
    throw new IOException("the archive holds no " + MEMBER);
  }

  private static InputStream download(String place) throws IOException {
    URI uri = URI.create(place);
    S3ClientBuilder builder = S3Client.builder().httpClientBuilder(ApacheHttpClient.builder());
    // Only Amazon's own servers are sure to answer under bucket.host.
    builder.forcePathStyle(System.getenv("AWS_ENDPOINT_URL_S3") != null);
    try (S3Client s3 = builder.build()) {
      return s3.getObjectAsBytes(get -> get.bucket(uri.getHost()).key(uri.getPath().substring(1)))
          .asInputStream();
    }
  }
}
