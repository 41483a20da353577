package dev.heddle.tests.algorithms.xgboost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * XGBoost on N hosts by the training container contract: channels {@code train} and {@code
 * validation} (CSV, File mode, the label first) come in, {@code model/model.ubj} goes out from the
 * elected host. Exit code 3: what the user asked for is wrong; 1: anything else that failed.
 */
public final class Train {
  private Train() {}

  public static void main(String[] args) throws IOException {
    ContractFiles files = ContractFiles.of(System.getenv());
    System.exit(run(files));
  }

  private static int run(ContractFiles files) throws IOException {
    try {
      train(files);
      return 0;
    } catch (AlgorithmFailure e) {
      System.err.println(e.getMessage());
      files.writeFailure(e.getMessage());
      return e.exitCode();
    } catch (XGBoostError | IOException | InterruptedException e) {
      e.printStackTrace();
      files.writeFailure(e.toString());
      return 1;
    }
  }

  private static void train(ContractFiles files)
      throws AlgorithmFailure, IOException, XGBoostError, InterruptedException {
    Hyperparameters hyperparameters = Hyperparameters.parse(files.hyperparameters());
    ContractFiles.Place place = files.place();
    LabelledRows train = LabelledRows.read(files.channel("train"));
    LabelledRows validation = LabelledRows.read(files.channel("validation"));
    if (validation.rows() == 0) {
      throw AlgorithmFailure.badInput("the channel 'validation' holds no rows");
    }
    System.out.println(
        place.current()
            + " of "
            + place.hosts().size()
            + ": "
            + train.rows()
            + " rows to train on, "
            + validation.rows()
            + " held out; elected: "
            + place.elected());
    List<String> rounds = new ArrayList<>();
    Training training =
        new Training(
            hyperparameters,
            line -> {
              System.out.println(line);
              rounds.add(line);
            });
    Collective all = Collective.join(place, hyperparameters.meetingPort());
    Booster booster = training.run(train, validation);
    all.leave();
    if (place.isElected()) {
      Path model = files.model();
      booster.saveModel(model.toString());
      Files.write(files.outputData().resolve("rounds.log"), rounds);
      System.out.println("wrote " + model + ", " + Files.size(model) + " bytes");
    }
  }

  /** What a job of this algorithm is given where it says nothing else: good for the digits. */
  public static Map<String, String> exampleHyperparameters() {
    return Map.of("num_round", "20", "num_class", "10", "max_depth", "4", "eta", "0.3");
  }
}
