package dev.mycel.nn.layer;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Values as Python prints them, for the printed forms that MindSpore's users know. */
final class Text {
  private Text() {}

  /** {@code True} or {@code False}. */
  static String of(boolean value) {
    return value ? "True" : "False";
  }

  /** The shortest decimal form: {@code 0.9}, {@code 1e-05}, {@code 2.0}. */
  static String of(double value) {
    if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value == 0 ? "0.0" : value > 0 ? "inf" : "-inf";
    }
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    String digits = decimal.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - decimal.scale();
    String sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      String power = String.format("%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
      return sign + digits.charAt(0) + fraction + "e" + power;
    }
    String plain = decimal.toPlainString();
    return plain.indexOf('.') >= 0 ? plain : plain + ".0";
  }

  /** A tuple: {@code (2, 3)}, {@code (4,)}. */
  static String tuple(long... values) {
    return list(values, "(", values.length == 1 ? ",)" : ")");
  }

  /** A list: {@code [2, 3]}. */
  static String list(long... values) {
    return list(values, "[", "]");
  }

  private static String list(long[] values, String open, String close) {
    return Arrays.stream(values)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", open, close));
  }

  /** A number if there is one, else a tuple. */
  static String scalarOrTuple(long... values) {
    return values.length == 1 ? Long.toString(values[0]) : tuple(values);
  }
}
