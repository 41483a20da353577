package dev.heddle.tests.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatusCourseTest {
  @Test
  void aRelaunchAndAnEndThatIsTakenBackAreInOrder() {
    assertEquals(
        List.of(),
        StatusCourse.faults(
            List.of(
                "Starting",
                "Downloading",
                "Training",
                "Restarting",
                "Pending",
                "Downloading",
                "Training",
                "Uploading",
                "Restarting",
                "Training",
                "Uploading",
                "Completed")));
  }

  @Test
  void nothingFollowsAnEndAndNothingIsSkipped() {
    assertEquals(
        List.of(
            "Starting can't be followed by Uploading", "Completed can't be followed by Training"),
        StatusCourse.faults(List.of("Starting", "Uploading", "Completed", "Training")));
  }

  @Test
  void aCourseBeginsWithStarting() {
    assertEquals(1, StatusCourse.faults(List.of("Training")).size());
    assertEquals(1, StatusCourse.faults(List.of()).size());
  }

  @Test
  void whatWasToldStays() {
    assertTrue(StatusCourse.continues(List.of(), List.of("Starting")));
    assertTrue(StatusCourse.continues(List.of("Starting"), List.of("Starting", "Training")));
    assertFalse(StatusCourse.continues(List.of("Starting", "Training"), List.of("Starting")));
    assertFalse(
        StatusCourse.continues(
            List.of("Starting", "Downloading"), List.of("Starting", "Training", "Uploading")));
  }
}
