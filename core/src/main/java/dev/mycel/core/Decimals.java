package dev.mycel.core;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Floating-point numbers as decimal text, exactly as NumPy (its Dragon4) and C++ streams write
 * them. {@link Double#toString} is not used because before JDK 19 it is not always shortest.
 */
final class Decimals {
  private Decimals() {}

  /** The decimal with the fewest digits that reads back as the same number of that type. */
  static BigDecimal shortest(double value, DType dtype) {
    BigDecimal exact = new BigDecimal(value);
    if (value == 0) {
      return BigDecimal.ZERO;
    }
    for (int digits = 1; digits < 17; digits++) {
      BigDecimal near = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (reads(near, value, dtype)) {
        return near;
      }
      // At a power of two the farther neighbour may read back although the nearer does not.
      BigDecimal away = exact.round(new MathContext(digits, RoundingMode.UP));
      if (reads(away, value, dtype)) {
        return away;
      }
    }
    return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
  }

  private static boolean reads(BigDecimal text, double value, DType dtype) {
    return switch (dtype) {
      case FLOAT16 ->
          HalfPrecision.fromFloat16(HalfPrecision.toFloat16(text.doubleValue())) == value;
      case BFLOAT16 ->
          HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(text.doubleValue())) == value;
      case FLOAT32 -> text.floatValue() == value;
      case BOOL, UINT8, INT8, INT16, INT32, INT64, FLOAT64 -> text.doubleValue() == value;
    };
  }

  /** The shortest decimal, but with at most that many digits behind the point. */
  static BigDecimal positional(double value, DType dtype, int precision) {
    BigDecimal unique = shortest(value, dtype);
    return unique.scale() <= precision
        ? unique
        : new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN);
  }

  /** The shortest decimal, but with at most {@code precision + 1} digits. */
  static BigDecimal scientific(double value, DType dtype, int precision) {
    BigDecimal unique = shortest(value, dtype).stripTrailingZeros();
    return unique.precision() <= precision + 1
        ? unique
        : new BigDecimal(value).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
  }

  /**
   * The same with all digits before the point exact: where fewer would tell the number apart, NumPy
   * goes on with those of the exact value.
   */
  static BigDecimal positionalFilled(double value, DType dtype, int precision) {
    BigDecimal number = positional(value, dtype, precision);
    return number.scale() < 0 ? new BigDecimal(value).setScale(0, RoundingMode.HALF_EVEN) : number;
  }

  /** A decimal with {@code fraction + 1} digits, likewise filled with those of the exact value. */
  static BigDecimal scientificFilled(double value, DType dtype, int fraction) {
    BigDecimal unique = shortest(value, dtype).stripTrailingZeros();
    return unique.precision() == fraction + 1
        ? unique
        : new BigDecimal(value).round(new MathContext(fraction + 1, RoundingMode.HALF_EVEN));
  }

  /** Integer part, point and fraction without trailing zeros, as in {@code 12.} and {@code 0.5}. */
  static String plain(BigDecimal number, boolean negative) {
    BigDecimal stripped = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    String digits = stripped.abs().toPlainString();
    String point = digits.indexOf('.') < 0 ? "." : "";
    return (negative ? "-" : "") + digits + point;
  }

  /** Digit, point and fraction of at least {@code minFraction} digits, without the exponent. */
  static String mantissa(BigDecimal number, boolean negative, int minFraction) {
    BigDecimal stripped = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    BigInteger unscaled = stripped.unscaledValue().abs();
    StringBuilder digits = new StringBuilder(unscaled.toString()).insert(1, '.');
    while (digits.length() - 2 < minFraction) {
      digits.append('0');
    }
    return (negative ? "-" : "") + digits;
  }

  /** The power of ten of the first digit. */
  static int exponent(BigDecimal number) {
    return number.signum() == 0 ? 0 : number.precision() - number.scale() - 1;
  }

  /** Sign and at least {@code width} digits, as in {@code +05}. */
  static String exponentText(int exponent, int width) {
    StringBuilder digits = new StringBuilder(Integer.toString(Math.abs(exponent)));
    while (digits.length() < width) {
      digits.insert(0, '0');
    }
    return (exponent < 0 ? "-" : "+") + digits;
  }

  /** As C's {@code %.Ne} writes it. */
  static String fixedScientific(double value, int fraction) {
    if (!Double.isFinite(value)) {
      return special(value);
    }
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(fraction + 1, RoundingMode.HALF_EVEN));
    return mantissa(rounded, negative, fraction) + "e" + exponentText(exponent(rounded), 2);
  }

  /** As C's {@code %g} with that many significant digits writes it. */
  static String general(double value, int digits) {
    if (!Double.isFinite(value)) {
      return special(value);
    }
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    if (value == 0) {
      return negative ? "-0" : "0";
    }
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    int exponent = exponent(rounded);
    if (exponent < -4 || exponent >= digits) {
      String mantissa = mantissa(rounded, negative, 0);
      return withoutPoint(mantissa) + "e" + exponentText(exponent, 2);
    }
    return withoutPoint(plain(rounded, negative));
  }

  /** As C's {@code %.Nf} writes it. */
  static String fixed(double value, int fraction) {
    if (!Double.isFinite(value)) {
      return special(value);
    }
    BigDecimal rounded = new BigDecimal(value).setScale(fraction, RoundingMode.HALF_EVEN);
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    return (negative ? "-" : "") + rounded.abs().toPlainString();
  }

  /** As NumPy prints a scalar: {@code 2.0}, {@code 0.1}, {@code 1e-05}. */
  static String scalar(double value, DType dtype) {
    if (!Double.isFinite(value)) {
      return special(value);
    }
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    double magnitude = Math.abs(value);
    BigDecimal number = shortest(value, dtype);
    if (magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16)) {
      String plain = plain(number, negative);
      return plain.endsWith(".") ? plain + "0" : plain;
    }
    String mantissa = withoutPoint(mantissa(number, negative, 0));
    return mantissa + "e" + exponentText(exponent(number), 2);
  }

  private static String withoutPoint(String number) {
    return number.endsWith(".") ? number.substring(0, number.length() - 1) : number;
  }

  static String special(double value) {
    return Double.isNaN(value) ? "nan" : String.format(Locale.ROOT, "%sinf", value < 0 ? "-" : "");
  }
}
