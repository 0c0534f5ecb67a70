package dev.mycel.examples.digits;

import dev.mycel.core.Tensor;
import java.io.PrintStream;
import java.util.Locale;

/** Draws digits side by side with characters, and writes what each was taken for. */
final class Gallery {
  private static final String SHADES = " .:-=+*#%@";

  private Gallery() {}

  static void draw(PrintStream out, Digits.Batch digits, Tensor scores, int count) {
    float[] pixels = digits.images().toFloatArray();
    long[] predicted = scores.argmax(-1).toLongArray();
    int[] labels = digits.labels().toIntArray();
    int side = Digits.SIDE;
    for (int y = 0; y < side; y++) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < count; i++) {
        for (int x = 0; x < side; x++) {
          char shade = shade(pixels[(i * side + y) * side + x]);
          line.append(shade).append(shade);
        }
        line.append("  ");
      }
      out.println(line.toString().stripTrailing());
    }
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String name = String.format(Locale.ROOT, "read %d, is %d", predicted[i], labels[i]);
      names.append(String.format(Locale.ROOT, "%-" + (2 * side + 2) + "s", name));
    }
    out.println(names.toString().stripTrailing());
  }

  private static char shade(float value) {
    return SHADES.charAt(Math.min((int) (value * SHADES.length()), SHADES.length() - 1));
  }
}
