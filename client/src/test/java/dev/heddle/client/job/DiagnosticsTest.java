package dev.heddle.client.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DiagnosticsTest {

  @Test
  void theExitCodeAndTheLastWordsOfAMasterAreKept() {
    assertEquals(
        "the ApplicationMaster exited with code 127: java: No such file or directory",
        Diagnostics.useful(
            """
            Application application_1_0001 failed 1 times due to AM Container for appattempt_1 \
            exited with  exitCode: 127
            Failing this attempt.Diagnostics: [2026-11-24 12:00:00.000]Exception from container-launch.
            Container id: container_1
            Exit code: 127

            [2026-11-24 12:00:00.001]Container exited with a non-zero exit code 127. Error file: prelaunch.err.
            Last 4096 bytes of prelaunch.err :
            /bin/bash: line 1:
            java: No such file or directory
            For more detailed output, check the application tracking page: http://rm:8088
            . Failing the application."""));
  }

  @Test
  void tooMuchMemoryIsSaidAsSuch() {
    String text =
        Diagnostics.useful(
            "Application a failed 1 times due to AM Container exited with  exitCode: -104\n"
                + "Diagnostics: [2026-11-24 12:00:00.000]Container [pid=1,containerID=c] is running"
                + " 9B beyond the 'PHYSICAL' memory limit. Current usage: 1.0 GB of 1 GB physical"
                + " memory used; 2 GB of 2.1 GB virtual memory used. Killing container.\nDump of"
                + " the process-tree");
    assertTrue(text.contains("beyond the 'PHYSICAL' memory limit"), text);
  }

  @Test
  void otherDiagnosticsAreCutToTheirFirstLine() {
    assertEquals(
        "Application a was killed by user x",
        Diagnostics.useful(
            "[Tue Nov 24 12:00:00 +0000 2026] Application a was killed by user x\nmore"));
    assertEquals("", Diagnostics.useful(" \n "));
    assertTrue(Diagnostics.useful("x".repeat(5000)).length() <= 400);
  }
}
