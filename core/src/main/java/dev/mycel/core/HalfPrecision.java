package dev.mycel.core;

/** Conversions between float32 and the two 16-bit types, rounding to nearest with ties to even. */
public final class HalfPrecision {
  private HalfPrecision() {}

  /** The float that bfloat16 bits stand for. */
  public static float fromBfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** The nearest bfloat16, as bits; NaN stays a quiet NaN. */
  public static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7FFFFFFF) > 0x7F800000) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  /** The float that float16 bits stand for. */
  public static float fromFloat16(short half) {
    int bits = half & 0xFFFF;
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >>> 10 & 0x1F;
    int mantissa = bits & 0x3FF;
    if (exponent == 0x1F) {
      return Float.intBitsToFloat(sign | 0x7F800000 | mantissa << 13);
    }
    if (exponent == 0) {
      // Subnormal: mantissa units of 2^-24.
      float magnitude = mantissa * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | exponent + 112 << 23 | mantissa << 13);
  }

  /** The nearest float16, as bits; beyond 65 504 it is infinity, NaN stays a quiet NaN. */
  public static short toFloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7FFFFFFF;
    if (magnitude >= 0x47800000) {
      if (magnitude > 0x7F800000) {
        return (short) (sign | 0x7E00 | magnitude >>> 13 & 0x3FF);
      }
      return (short) (sign | 0x7C00);
    }
    if (magnitude < 0x38800000) {
      // Below the normal range: let float addition do the rounding at units of 2^-24.
      float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
      return (short) (sign | Float.floatToRawIntBits(shifted) - 0x3F000000);
    }
    int rounded = magnitude + 0xFFF + (magnitude >>> 13 & 1) - 0x38000000;
    return (short) (sign | rounded >>> 13);
  }

  /** The nearest float16 of a double, as bits, rounded once. */
  public static short toFloat16(double value) {
    return toFloat16(oddRounded(value));
  }

  /** The nearest bfloat16 of a double, as bits, rounded once. */
  public static short toBfloat16(double value) {
    return toBfloat16(oddRounded(value));
  }

  /**
   * The double as float, rounded to odd, so that a second rounding to fewer bits gives what one
   * rounding would have.
   */
  private static float oddRounded(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value) || Float.isInfinite(nearest)) {
      return nearest;
    }
    if ((Float.floatToRawIntBits(nearest) & 1) == 1) {
      return nearest;
    }
    return Math.abs(nearest) < Math.abs(value)
        ? Float.intBitsToFloat(Float.floatToRawIntBits(nearest) + 1)
        : Float.intBitsToFloat(Float.floatToRawIntBits(nearest) - 1);
  }
}
