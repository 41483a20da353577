package dev.heddle.tests.algorithms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DigitsTest {
  @Test
  void fourFifthsTrainInSixObjectsAndTheRestIsHeldOut() {
    Map<String, byte[]> objects = Digits.load().objects();
    List<String> train = rows(objects, "train/");
    assertEquals(6, objects.keySet().stream().filter(key -> key.startsWith("train/")).count());
    assertEquals(1437, train.size());
    assertEquals(360, rows(objects, "validation/").size());
  }

  @Test
  void everyRowIsADigitThenSixtyFourGreyValues() {
    for (String row : rows(Digits.load().objects(), "")) {
      String[] fields = row.split(",", -1);
      assertEquals(65, fields.length, row);
      assertTrue(fields[0].matches("[0-9]"), row);
    }
  }

  @Test
  void theSplitNeverChanges() {
    String first = rows(Digits.load().objects(), "validation/").get(0);
    assertEquals(first, rows(Digits.load().objects(), "validation/").get(0));
    assertEquals(
        "5,0,0,15,16,12,5,0,0,0,1,16,15,11,7,0,0,0,4,16,9,0,0,0,0,0,8,16,14,12,7,0,0,0,7,16,14,10,16,3,0,0,0,1,0,10,16,4,0,0,0,1,10,16,10,0,0,0,0,13,15,5,0,0,0",
        first);
  }

  private static List<String> rows(Map<String, byte[]> objects, String prefix) {
    List<String> rows = new ArrayList<>();
    objects.forEach(
        (key, content) -> {
          if (key.startsWith(prefix)) {
            new String(content, StandardCharsets.US_ASCII).lines().forEach(rows::add);
          }
        });
    return rows;
  }
}
