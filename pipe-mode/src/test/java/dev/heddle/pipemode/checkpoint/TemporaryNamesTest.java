package dev.heddle.pipemode.checkpoint;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemporaryNamesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.pt~",
        "model.pt.tmp",
        "model.temp",
        ".model.pt.swp",
        ".model.pt.swx",
        "model.part",
        "model.pt.partial",
        "model.incomplete",
        "model.pt.tmp.4711",
        "model.pt.tmp-4711",
        "model.tmp_a",
        "model.tmp.pt",
        "checkpoint.tmp0123456789abcdef",
        "ckpt-1.data-00000-of-00001.tempstate1234567",
        "step_10.orbax-checkpoint-tmp-17",
        "step_10.orbax-checkpoint-tmp",
        "tmp.Xa4",
        "tmp-checkpoint-500",
        ".tmpabc",
        ".#notes",
        ".nfs000000000012"
      })
  void whatIsOnlyBeingWrittenIsTemporary(String name) {
    assertTrue(TemporaryNames.isTemporary(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.pt",
        ".metadata",
        ".hydra",
        "latest",
        "checkpoint",
        "model.template",
        "mail.tmpl",
        "report.tmp.tar.gz",
        "x.tmpabc",
        "tmp",
        "temp",
        "template-1",
        "attempt.1",
        "part",
        "part-00000",
        "x.tempstate",
        "a b\nc"
      })
  void whatMayBeACheckpointIsNot(String name) {
    assertFalse(TemporaryNames.isTemporary(name));
  }

  @Test
  void aTemporaryDirectoryMakesAllInItTemporary() {
    assertTrue(TemporaryNames.isWithinTemporary("tmp-checkpoint-5/model.pt"));
    assertTrue(TemporaryNames.isWithinTemporary("a/x.tmp/b/model.pt"));
    assertTrue(TemporaryNames.isWithinTemporary("a/b/model.pt~"));
    assertFalse(TemporaryNames.isWithinTemporary("a/b/model.pt"));
    assertFalse(TemporaryNames.isWithinTemporary(""));
  }
}
