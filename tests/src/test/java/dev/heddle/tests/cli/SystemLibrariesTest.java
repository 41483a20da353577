package dev.heddle.tests.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SystemLibrariesTest {
  @Test
  void aMissingOpenMpIsNamedWithItsPackages() {
    String sentence =
        SystemLibraries.explain(
            "/tmp/libxgboost4j1.so: libgomp.so.1: cannot open shared object file: No such file");
    assertTrue(sentence.contains("libgomp.so.1"), sentence);
    assertTrue(sentence.contains("libgomp1 (Debian, Ubuntu)"), sentence);
  }

  @Test
  void anotherMissingLibraryIsNamed() {
    String sentence =
        SystemLibraries.explain("/tmp/x.so: libstdc++.so.6: cannot open shared object file");
    assertTrue(sentence.contains("libstdc++.so.6"), sentence);
  }
}
