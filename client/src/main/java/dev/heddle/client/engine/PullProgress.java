package dev.heddle.client.engine;

import com.github.dockerjava.api.model.PullResponseItem;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Makes a line for each layer that has come out of the thousands of items of a pull. */
final class PullProgress {
  private final Consumer<String> lines;
  private final Set<String> layers = new HashSet<>();
  private final Set<String> there = new HashSet<>();
  private Optional<String> error = Optional.empty();

  PullProgress(Consumer<String> lines) {
    this.lines = lines;
  }

  synchronized void took(PullResponseItem item) {
    if (item.getErrorDetail() != null) {
      error = Optional.ofNullable(item.getErrorDetail().getMessage());
      return;
    }
    String status = String.valueOf(item.getStatus());
    String layer = item.getId();
    if (layer == null) {
      return;
    }
    if (status.equals("Pulling fs layer") || status.equals("Already exists")) {
      layers.add(layer);
    }
    boolean whole = status.equals("Pull complete") || status.equals("Already exists");
    if (whole && there.add(layer)) {
      lines.accept("layer " + there.size() + " of " + layers.size() + " is there");
    }
  }

  synchronized Optional<String> error() {
    return error;
  }
}
