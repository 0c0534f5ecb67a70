package dev.mycel.core;

import java.math.BigDecimal;
import java.util.function.IntFunction;

/**
 * {@code str(tensor)}: NumPy's printing of arrays with its defaults. Eight digits at most, the
 * shortest that tell the numbers apart; scientific if the magnitudes differ by more than a
 * thousand, reach 1e8 or fall below 1e-4; more than 1000 elements are summarised by three at either
 * end; lines of at most 75 characters.
 */
final class Printer {
  private static final int PRECISION = 8;
  private static final int THRESHOLD = 1000;
  private static final int EDGE = 3;
  private static final int LINE = 75;

  private final Shape shape;
  private final boolean summary;
  private final IntFunction<String> format;

  private Printer(Shape shape, boolean summary, IntFunction<String> format) {
    this.shape = shape;
    this.summary = summary;
    this.format = format;
  }

  static String print(Tensor x) {
    Shape shape = x.shape();
    if (shape.isEmpty()) {
      return "[]";
    }
    boolean summary = shape.size() > THRESHOLD;
    // Only what is shown is read: printing a large tensor stays cheap.
    Tensor shown = summary ? edges(x) : x;
    IntFunction<String> format = formatter(shown);
    if (shape.rank() == 0) {
      return format.apply(0);
    }
    return new Printer(shape, summary, format).nested(0, 0, " ", LINE);
  }

  /** The elements that a summary shows: of each long axis the first and the last three. */
  static Tensor edges(Tensor x) {
    Tensor shown = Interpreters.lowerToRoot(x);
    for (int axis = 0; axis < x.rank(); axis++) {
      long n = x.shape().rawDims()[axis];
      if (n > 2 * EDGE) {
        Tensor part = shown;
        int a = axis;
        shown =
            Interpreters.under(
                Interpreters.root(),
                () ->
                    Movement.concat(
                        java.util.List.of(
                            Movement.narrow(part, a, 0, EDGE),
                            Movement.narrow(part, a, n - EDGE, EDGE)),
                        a));
      }
    }
    return shown;
  }

  // ---- numbers ----------------------------------------------------------------------------------

  private static IntFunction<String> formatter(Tensor shown) {
    boolean scalar = shown.rank() == 0;
    if (shown.dtype() == DType.BOOL) {
      boolean[] truth = HostExport.toBooleans(shown);
      return i -> truth[i] ? (scalar ? "True" : " True") : "False";
    }
    if (!shown.dtype().isFloat()) {
      long[] whole = HostExport.toLongs(shown);
      int width = 0;
      for (long v : whole) {
        width = Math.max(width, Long.toString(v).length());
      }
      int w = width;
      return i -> left(Long.toString(whole[i]), w);
    }
    double[] values = HostExport.toDoubles(shown);
    if (scalar) {
      return i -> Decimals.scalar(values[i], shown.dtype());
    }
    if (shown.dtype() == DType.BFLOAT16 && inFixedRange(values)) {
      return fixedBfloat16(values);
    }
    return scientific(values, shown.dtype())
        ? scientificFormat(values, shown.dtype())
        : positionalFormat(values, shown.dtype());
  }

  /**
   * MindSpore prints bfloat16 with six digits behind the point; very large or small ones would not
   * show.
   */
  private static boolean inFixedRange(double... values) {
    for (double v : values) {
      double magnitude = Math.abs(v);
      if (v != 0 && Double.isFinite(v) && (magnitude < 1e-4 || magnitude >= 1e8)) {
        return false;
      }
    }
    return true;
  }

  private static IntFunction<String> fixedBfloat16(double... values) {
    int width = 0;
    for (double v : values) {
      width = Math.max(width, Decimals.fixed(v, 6).length());
    }
    int w = width;
    return i -> left(Decimals.fixed(values[i], 6), w);
  }

  private static boolean scientific(double[] values, DType dtype) {
    double max = 0;
    double min = Double.POSITIVE_INFINITY;
    for (double v : values) {
      if (v != 0 && Double.isFinite(v)) {
        max = Math.max(max, Math.abs(v));
        min = Math.min(min, Math.abs(v));
      }
    }
    if (max == 0) {
      return false;
    }
    // NumPy divides in the array's own type.
    double ratio =
        switch (dtype) {
          case FLOAT64 -> max / min;
          case FLOAT16 -> HalfPrecision.fromFloat16(HalfPrecision.toFloat16(max / min));
          default -> (float) max / (float) min;
        };
    return max >= 1e8 || min < 0.0001 || ratio > 1000;
  }

  private static IntFunction<String> positionalFormat(double[] values, DType dtype) {
    int before = 0;
    int after = 0;
    for (double v : values) {
      if (Double.isFinite(v)) {
        String text = Decimals.plain(Decimals.positional(v, dtype, PRECISION), negative(v));
        int point = text.indexOf('.');
        before = Math.max(before, point);
        after = Math.max(after, text.length() - point - 1);
      }
    }
    int fraction = after;
    int width = Math.max(before, specialWidth(values) - fraction - 1) + 1 + fraction;
    return i -> {
      double v = values[i];
      if (!Double.isFinite(v)) {
        return left(Decimals.special(v), width);
      }
      String text = Decimals.plain(Decimals.positionalFilled(v, dtype, PRECISION), negative(v));
      int missing = fraction - (text.length() - text.indexOf('.') - 1);
      return left(text + " ".repeat(missing), width);
    };
  }

  private static IntFunction<String> scientificFormat(double[] values, DType dtype) {
    int before = 0;
    int fraction = 0;
    int power = 0;
    for (double v : values) {
      if (Double.isFinite(v)) {
        BigDecimal number = Decimals.scientific(v, dtype, PRECISION);
        String mantissa = Decimals.mantissa(number, negative(v), 0);
        int point = mantissa.indexOf('.');
        before = Math.max(before, point);
        fraction = Math.max(fraction, mantissa.length() - point - 1);
        power = Math.max(power, Decimals.exponentText(Decimals.exponent(number), 2).length() - 1);
      }
    }
    int digits = fraction;
    int exponents = power;
    int right = exponents + 2 + digits;
    int width = Math.max(before, specialWidth(values) - right - 1) + 1 + right;
    return i -> {
      double v = values[i];
      if (!Double.isFinite(v)) {
        return left(Decimals.special(v), width);
      }
      BigDecimal number = Decimals.scientificFilled(v, dtype, digits);
      String mantissa = Decimals.mantissa(number, negative(v), digits);
      String exponent = Decimals.exponentText(Decimals.exponent(number), exponents);
      return left(mantissa + "e" + exponent, width);
    };
  }

  private static int specialWidth(double... values) {
    int width = 0;
    for (double v : values) {
      if (!Double.isFinite(v)) {
        width = Math.max(width, v == Double.NEGATIVE_INFINITY ? 4 : 3);
      }
    }
    return width;
  }

  private static boolean negative(double v) {
    return Double.doubleToRawLongBits(v) < 0;
  }

  static String left(String text, int width) {
    return text.length() >= width ? text : " ".repeat(width - text.length()) + text;
  }

  // ---- brackets and lines -----------------------------------------------------------------------

  /** One axis within brackets; {@code at} is the place of its first element among those shown. */
  private String nested(int axis, int at, String indent, int width) {
    long n = shape.rawDims()[axis];
    boolean cut = summary && n > 2 * EDGE;
    int items = (int) (cut ? 2 * EDGE : n);
    boolean last = axis == shape.rank() - 1;
    StringBuilder text = new StringBuilder();
    StringBuilder line = new StringBuilder(indent);
    String between = "\n".repeat(Math.max(shape.rank() - axis - 1, 0));
    for (int i = 0; i < items; i++) {
      if (cut && i == EDGE) {
        if (last) {
          extend(text, line, "...", width - 1, indent);
          line.append(' ');
        } else {
          text.append(indent).append("...").append(between);
        }
      }
      if (last) {
        extend(text, line, format.apply(at + i), width - 1, indent);
        line.append(i < items - 1 ? " " : "");
      } else {
        text.append(indent)
            .append(nested(axis + 1, at + i * shown(axis + 1), indent + " ", width - 1))
            .append(i < items - 1 ? between : "");
      }
    }
    text.append(last ? line : "");
    return "[" + text.substring(indent.length()) + "]";
  }

  /** How many shown elements one slice along the axes from {@code axis} on has. */
  private int shown(int axis) {
    int count = 1;
    for (int i = axis; i < shape.rank(); i++) {
      long n = shape.rawDims()[i];
      count *= (int) (summary && n > 2 * EDGE ? 2 * EDGE : n);
    }
    return count;
  }

  private static void extend(
      StringBuilder text, StringBuilder line, String word, int width, String indent) {
    // A line that holds nothing yet is not broken, since that would not help.
    if (line.length() + word.length() > width && line.length() > indent.length()) {
      text.append(line.toString().stripTrailing()).append('\n');
      line.setLength(0);
      line.append(indent);
    }
    line.append(word);
  }
}
