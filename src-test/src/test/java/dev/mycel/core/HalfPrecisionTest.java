package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** float16 and bfloat16, over all bit patterns and against exact arithmetic. */
class HalfPrecisionTest {
  @Test
  void everyFloat16PatternComesBack() {
    for (int i = 0; i < 1 << 16; i++) {
      short bits = (short) i;
      float value = HalfPrecision.fromFloat16(bits);
      if (Float.isNaN(value)) {
        int back = HalfPrecision.toFloat16(value) & 0xFFFF;
        assertTrue((back & 0x7C00) == 0x7C00 && (back & 0x200) != 0, "quiet NaN from " + i);
      } else {
        assertEquals(bits, HalfPrecision.toFloat16(value));
        assertEquals(bits, HalfPrecision.toFloat16((double) value));
      }
    }
  }

  @Test
  void everyBfloat16PatternComesBack() {
    for (int i = 0; i < 1 << 16; i++) {
      short bits = (short) i;
      float value = HalfPrecision.fromBfloat16(bits);
      if (Float.isNaN(value)) {
        assertTrue(Float.isNaN(HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(value))));
      } else {
        assertEquals(bits, HalfPrecision.toBfloat16(value));
        assertEquals(bits, HalfPrecision.toBfloat16((double) value));
      }
    }
  }

  @Test
  void float16ValuesFollowTheDefinition() {
    assertEquals(65504f, HalfPrecision.fromFloat16((short) 0x7BFF));
    assertEquals(0x1p-24f, HalfPrecision.fromFloat16((short) 1));
    assertEquals(0x1p-14f, HalfPrecision.fromFloat16((short) 0x0400));
    assertEquals(-2f, HalfPrecision.fromFloat16((short) 0xC000));
    assertEquals((short) 0x7C00, HalfPrecision.toFloat16(65520f));
    assertEquals((short) 0x7BFF, HalfPrecision.toFloat16(65519.996f));
    assertEquals((short) 0x8000, HalfPrecision.toFloat16(-0f));
    assertEquals((short) 0, HalfPrecision.toFloat16(0x1p-25f));
    assertEquals((short) 1, HalfPrecision.toFloat16(Math.nextUp(0x1p-25f)));
  }

  @Test
  void roundingIsToNearestWithTiesToEven() {
    long seed = 77;
    System.out.println("HalfPrecisionTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      float f = Float.intBitsToFloat(random.nextInt());
      float g = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(48) - 28));
      double d = random.nextGaussian() * Math.pow(2, random.nextInt(48) - 28);
      check(f, v -> HalfPrecision.fromFloat16(HalfPrecision.toFloat16((float) (double) v)), true);
      check(g, v -> HalfPrecision.fromFloat16(HalfPrecision.toFloat16((float) (double) v)), true);
      check(
          f, v -> HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16((float) (double) v)), false);
      check(d, v -> HalfPrecision.fromFloat16(HalfPrecision.toFloat16((double) v)), true);
      check(d, v -> HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16((double) v)), false);
    }
  }

  @Test
  void doublesAreRoundedOnce() {
    // Halfway between two float16 after a rounding to float, but above before it.
    double tie = 1 + 0x1p-11;
    assertEquals(1f, HalfPrecision.fromFloat16(HalfPrecision.toFloat16(tie)));
    double above = tie + 0x1p-40;
    assertEquals(1 + 0x1p-10f, HalfPrecision.fromFloat16(HalfPrecision.toFloat16(above)));
    double tieB = 1 + 0x1p-8;
    assertEquals(1f, HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(tieB)));
    assertEquals(1 + 0x1p-7f, HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(tieB + 0x1p-40)));
  }

  /** The result must be the nearest multiple of the type's spacing, computed in exact decimals. */
  private static void check(double value, ToDoubleFunction<Double> rounded, boolean half) {
    double result = rounded.applyAsDouble(value);
    if (Double.isNaN(value)) {
      assertTrue(Double.isNaN(result));
      return;
    }
    int digits = half ? 11 : 8;
    int lowest = half ? -24 : -133;
    double most = half ? 65504 : 0x1.FEp127;
    int exponent = value == 0 || Double.isInfinite(value) ? 0 : Math.getExponent(value);
    double spacing = Math.scalb(1.0, Math.max(exponent - digits + 1, lowest));
    double expected = Double.isInfinite(value) ? value : nearest(value, spacing);
    if (Math.abs(expected) > most) {
      expected = Math.copySign(Double.POSITIVE_INFINITY, value);
    }
    assertEquals(expected, result, "of " + value);
  }

  private static double nearest(double value, double spacing) {
    BigDecimal units = new BigDecimal(value).divide(new BigDecimal(spacing));
    double whole = units.setScale(0, java.math.RoundingMode.HALF_EVEN).doubleValue() * spacing;
    return whole == 0 ? Math.copySign(0.0, value) : whole;
  }
}
