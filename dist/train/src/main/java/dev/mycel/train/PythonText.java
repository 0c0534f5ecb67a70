package dev.mycel.train;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Numbers and maps as Python prints them. */
final class PythonText {
  private PythonText() {}

  /** A map, its values numbers or arrays of doubles. */
  static String of(Map<String, ?> map) {
    return map.entrySet().stream()
        .map(e -> "'" + e.getKey() + "': " + value(e.getValue()))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String value(Object value) {
    if (value instanceof double[] row) {
      return Arrays.stream(row)
          .mapToObj(PythonText::of)
          .collect(Collectors.joining(", ", "[", "]"));
    }
    if (value instanceof Object[] rows) {
      return Arrays.stream(rows).map(PythonText::value).collect(Collectors.joining(", ", "[", "]"));
    }
    return value instanceof Double d ? of(d.doubleValue()) : String.valueOf(value);
  }

  /**
   * The shortest decimal that reads back as the same double, with an exponent below 1e-4 and from
   * 1e16 on.
   */
  static String of(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value > 0 ? "0.0" : "-0.0";
    }
    BigDecimal shortest = shortest(value);
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    String digits = shortest.unscaledValue().abs().toString();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    String sign = value < 0 ? "-" : "";
    String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "");
    return sign + mantissa + "e" + power + Math.abs(exponent);
  }

  /** {@link Double#toString} is not used because before JDK 19 it is not always shortest. */
  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < 17; digits++) {
      BigDecimal near = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (near.doubleValue() == value) {
        return near.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
  }
}
