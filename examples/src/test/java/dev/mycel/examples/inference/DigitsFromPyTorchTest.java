package dev.mycel.examples.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A network that PyTorch trained reads digits here as it does there. */
class DigitsFromPyTorchTest {
  @Test
  void scoresAreThoseOfPyTorch() throws IOException {
    Path file = DigitsFromPyTorch.fromClassPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    double difference;
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      difference = DigitsFromPyTorch.run(out, file);
    } finally {
      Files.delete(file);
    }
    assertEquals(0, difference, 1e-5);
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("16 matched, of them 0 converted; 0 missing, 0 unexpected"), text);
    assertTrue(text.contains("of 360 digits are read right"), text);
  }
}
