package dev.mycel.test.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlicesTest {
  private static void sleep() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void eachLineOfSecondsIsAnsweredByOneOfMicroseconds() throws IOException {
    List<String> lines = new ArrayList<>();
    Slices.run(SlicesTest::sleep, 1000, new StringReader("0.1\n0\n"), lines::add);
    assertEquals(2, lines.size());
    for (String line : lines) {
      assertTrue(
          line.matches("\\{\"median_us\": [0-9.]+, \"min_us\": [0-9.]+, \"n\": [0-9]+}"), line);
      double median = Double.parseDouble(line.replaceAll("[^:]*: ([0-9.]+).*", "$1"));
      assertTrue(median >= 5 && median < 5000, () -> "a thousandth of 5 ms: " + line);
    }
    assertTrue(Integer.parseInt(lines.get(0).replaceAll(".*: ([0-9]+)}", "$1")) > 1, lines.get(0));
    assertTrue(lines.get(1).endsWith("\"n\": 1}"), lines.get(1));
  }
}
