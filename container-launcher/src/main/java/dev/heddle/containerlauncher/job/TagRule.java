package dev.heddle.containerlauncher.job;

import java.util.HashSet;
import java.util.Set;

/** No tag is given twice. */
final class TagRule implements CrossFieldRule {
  @Override
  public void check(Located request, FaultList faults) {
    Set<String> before = new HashSet<>();
    for (Located tag : request.member("Tags").elements()) {
      Located key = tag.member("Key");
      if (key.text().filter(name -> !before.add(name)).isPresent() && !faults.has(key)) {
        faults.add(key, "another tag has the key " + Quoted.of(key.text().get()) + ": keep one");
      }
    }
  }
}
