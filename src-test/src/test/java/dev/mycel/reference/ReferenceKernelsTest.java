package dev.mycel.reference;

import static dev.mycel.reference.ReferenceCalls.buffer;
import static dev.mycel.reference.ReferenceCalls.bytes;
import static dev.mycel.reference.ReferenceCalls.doubles;
import static dev.mycel.reference.ReferenceCalls.floats;
import static dev.mycel.reference.ReferenceCalls.halves;
import static dev.mycel.reference.ReferenceCalls.ints;
import static dev.mycel.reference.ReferenceCalls.longs;
import static dev.mycel.reference.ReferenceCalls.run;
import static dev.mycel.reference.ReferenceCalls.shaped;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.HalfPrecision;
import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Facts about elementwise kernels, casts, reductions, sorting and sources, computed by hand. */
final class ReferenceKernelsTest {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;

  private static float[] f(Primitive<None> p, Buffer... in) {
    return (float[]) run(p, in);
  }

  private static double[] d(Primitive<None> p, Buffer... in) {
    return (double[]) run(p, in);
  }

  private static Object cast(Buffer x, DType to) {
    return run(Prims.CAST, new Attrs.Cast(to), x);
  }

  @Test
  void roundGoesToEvenOnTies() {
    float[] got = f(Prims.ROUND, floats(0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 2.4f, NAN));
    assertArrayEquals(new float[] {0, 2, 2, -0f, -2, 2, NAN}, got);
  }

  @Test
  void signOfNanAndOfZerosIsZero() {
    assertArrayEquals(new float[] {0, 0, 0, 1, -1}, f(Prims.SIGN, floats(NAN, 0f, -0f, INF, -3)));
  }

  @Test
  void truncKeepsTheSignOfZero() {
    assertArrayEquals(
        new float[] {1, -1, -0f, 0}, f(Prims.TRUNC, floats(1.7f, -1.7f, -0.3f, 0.3f)));
  }

  @Test
  void maximumPropagatesNanFromEitherSide() {
    assertArrayEquals(
        new float[] {NAN, NAN, 2}, f(Prims.MAX, floats(NAN, 1, 1), floats(1, NAN, 2)));
    assertArrayEquals(
        new float[] {NAN, NAN, 1}, f(Prims.MIN, floats(NAN, 1, 1), floats(1, NAN, 2)));
  }

  @Test
  void floatDivisionByZeroIsInfiniteOrNan() {
    assertArrayEquals(
        new float[] {INF, -INF, NAN}, f(Prims.DIV, floats(1, -1, 0), floats(0, 0, 0)));
    assertArrayEquals(new float[] {INF, NAN}, f(Prims.FLOOR_DIV, floats(1, 0), floats(0, 0)));
    assertArrayEquals(new float[] {NAN}, f(Prims.FLOOR_MOD, floats(1), floats(0)));
  }

  @Test
  void integerDivisionByZeroIsAnError() {
    for (Primitive<None> p : List.of(Prims.FLOOR_DIV, Prims.FLOOR_MOD, Prims.FMOD)) {
      String message =
          assertThrows(ArgumentException.class, () -> run(p, ints(1), ints(0))).getMessage();
      assertTrue(message.startsWith(p.name() + ": integer division by zero"), message);
    }
  }

  @Test
  void floorDivisionRoundsDownAndItsRestHasTheDivisorsSign() {
    assertArrayEquals(
        new int[] {2, -3, -3, 2},
        (int[]) run(Prims.FLOOR_DIV, ints(7, -7, 7, -7), ints(3, 3, -3, -3)));
    assertArrayEquals(
        new int[] {1, 2, -2, -1},
        (int[]) run(Prims.FLOOR_MOD, ints(7, -7, 7, -7), ints(3, 3, -3, -3)));
    assertArrayEquals(
        new int[] {1, -1, 1, -1}, (int[]) run(Prims.FMOD, ints(7, -7, 7, -7), ints(3, 3, -3, -3)));
    assertArrayEquals(
        new float[] {2, -3, 1, -1.5f},
        new float[] {
          f(Prims.FLOOR_DIV, floats(7.5f), floats(3))[0],
          f(Prims.FLOOR_DIV, floats(-7.5f), floats(3))[0],
          f(Prims.FLOOR_MOD, floats(-8), floats(3))[0],
          f(Prims.FMOD, floats(-7.5f), floats(3))[0]
        });
    // floor(1 / 0.1) would be 10, but 0.1 as a double is a little more than a tenth.
    assertArrayEquals(new double[] {9}, d(Prims.FLOOR_DIV, doubles(1), doubles(0.1)));
  }

  @Test
  void int64ArithmeticIsExactBeyondDouble() {
    long big = (1L << 62) + 1;
    assertArrayEquals(new long[] {big + 2}, (long[]) run(Prims.ADD, longs(big), longs(2)));
    assertArrayEquals(
        new long[] {3_037_000_499L * 3_037_000_493L},
        (long[]) run(Prims.MUL, longs(3_037_000_499L), longs(3_037_000_493L)));
    assertArrayEquals(new byte[] {0}, (byte[]) run(Prims.EQ, longs(big), longs(big - 1)));
    assertArrayEquals(
        new long[] {big}, (long[]) run(Prims.REDUCE_MAX, new Attrs.Axes(0), longs(big, big - 1)));
    assertArrayEquals(
        new long[] {Long.MIN_VALUE}, (long[]) run(Prims.ADD, longs(Long.MAX_VALUE), longs(1)));
  }

  @Test
  void integersWrapAtTheirOwnWidth() {
    assertArrayEquals(
        new byte[] {4, (byte) 255},
        (byte[]) run(Prims.ADD, bytes(DType.UINT8, 250, 254), bytes(DType.UINT8, 10, 1)));
    assertArrayEquals(new byte[] {-128}, (byte[]) run(Prims.ABS, bytes(DType.INT8, -128)));
    assertArrayEquals(
        new byte[] {1}, (byte[]) run(Prims.GT, bytes(DType.UINT8, 200), bytes(DType.UINT8, 100)));
    assertArrayEquals(
        new byte[] {(byte) 200},
        (byte[]) run(Prims.MAX, bytes(DType.UINT8, 200), bytes(DType.UINT8, 100)));
  }

  @Test
  void integerPowersWrapAndNegativeExponentsGiveZero() {
    assertArrayEquals(
        new long[] {1L << 62, 0, 1, 0, 1, -1, 1, 7},
        (long[])
            run(Prims.POW, longs(2, 2, 3, 5, 1, -1, 0, 7), longs(62, 64, 0, -2, -9, -3, 0, 1)));
  }

  @Test
  void floatPowersFollowC() {
    assertArrayEquals(
        new double[] {1, 1, 1, Double.NaN, 0.25},
        d(
            Prims.POW,
            doubles(1, -1, Double.NaN, -8, -2),
            doubles(Double.NaN, Double.NEGATIVE_INFINITY, 0, 1.0 / 3, -2)));
  }

  @Test
  void shiftsByTheWidthOrMoreGiveZeroOrTheSign() {
    assertArrayEquals(
        new int[] {8, 0, 0, Integer.MIN_VALUE},
        (int[]) run(Prims.SHIFT_LEFT, ints(1, 1, 1, 1), ints(3, 32, -1, 31)));
    assertArrayEquals(
        new int[] {-2, -1, 0}, (int[]) run(Prims.SHIFT_RIGHT, ints(-8, -8, 8), ints(2, 32, 99)));
    assertArrayEquals(
        new byte[] {(byte) 0xC0, 0, 0x7F},
        new byte[] {
          ((byte[]) run(Prims.SHIFT_LEFT, bytes(DType.UINT8, 0xFF), bytes(DType.UINT8, 6)))[0],
          ((byte[]) run(Prims.SHIFT_LEFT, bytes(DType.UINT8, 0xFF), bytes(DType.UINT8, 8)))[0],
          ((byte[]) run(Prims.SHIFT_RIGHT, bytes(DType.UINT8, 0xFF), bytes(DType.UINT8, 1)))[0]
        });
  }

  @Test
  void notIsLogicalForBoolAndBitwiseForIntegers() {
    assertArrayEquals(new byte[] {0, 1}, (byte[]) run(Prims.NOT, bytes(DType.BOOL, 1, 0)));
    assertArrayEquals(new byte[] {-2}, (byte[]) run(Prims.NOT, bytes(DType.INT8, 1)));
  }

  @Test
  void nanIsEqualToNothingAndUnordered() {
    Buffer nan = floats(NAN);
    assertArrayEquals(new byte[] {0}, (byte[]) run(Prims.EQ, nan, nan));
    assertArrayEquals(new byte[] {1}, (byte[]) run(Prims.NE, nan, nan));
    assertArrayEquals(new byte[] {0}, (byte[]) run(Prims.LE, nan, floats(1)));
    assertArrayEquals(new byte[] {0}, (byte[]) run(Prims.GE, nan, floats(1)));
  }

  @Test
  void castToIntegersTruncatesSaturatesAndTakesNanToZero() {
    Buffer x = floats(1.9f, -1.9f, 3e9f, -INF, NAN);
    assertArrayEquals(
        new int[] {1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0}, (int[]) cast(x, DType.INT32));
    assertArrayEquals(new byte[] {1, 0, -1, 0, 0}, (byte[]) cast(x, DType.UINT8));
    assertArrayEquals(new byte[] {1, -1, 127, -128, 0}, (byte[]) cast(x, DType.INT8));
    assertArrayEquals(
        new long[] {1, -1, 3_000_000_000L, Long.MIN_VALUE, 0}, (long[]) cast(x, DType.INT64));
    assertArrayEquals(
        new byte[] {1, 1, 0, 1}, (byte[]) cast(floats(NAN, 0.1f, -0f, INF), DType.BOOL));
  }

  @Test
  void castBetweenIntegersKeepsTheLowBits() {
    assertArrayEquals(new byte[] {1, (byte) 255}, (byte[]) cast(ints(257, -1), DType.UINT8));
    assertArrayEquals(new long[] {255}, (long[]) cast(bytes(DType.UINT8, 255), DType.INT64));
    assertArrayEquals(new byte[] {1, 0}, (byte[]) cast(ints(256, 0), DType.BOOL));
  }

  @Test
  void castFromInt64RoundsOnce() {
    // Halfway between two floats, plus one: a detour over double would lose the one.
    long above = (1L << 60) + (1L << 36) + 1;
    assertArrayEquals(new float[] {0x1.000002p60f}, (float[]) cast(longs(above), DType.FLOAT32));
    long aboveBfloat = (1L << 62) + (1L << 54) + 1;
    short[] got = (short[]) cast(longs(aboveBfloat), DType.BFLOAT16);
    assertEquals(0x1.02p62f, HalfPrecision.fromBfloat16(got[0]));
    short[] most = (short[]) cast(longs(Long.MAX_VALUE), DType.BFLOAT16);
    assertEquals(0x1p63f, HalfPrecision.fromBfloat16(most[0]));
  }

  @Test
  void halfTypesRoundToEvenOnce() {
    // 2049 lies halfway between 2048 and 2050 in float16.
    short[] half = (short[]) cast(floats(2049, 2051, 65520, 1e-8f), DType.FLOAT16);
    assertEquals(2048f, HalfPrecision.fromFloat16(half[0]));
    assertEquals(2052f, HalfPrecision.fromFloat16(half[1]));
    assertEquals(INF, HalfPrecision.fromFloat16(half[2]));
    assertEquals(0f, HalfPrecision.fromFloat16(half[3]));
    short[] sum = (short[]) run(Prims.ADD, halves(DType.BFLOAT16, 256), halves(DType.BFLOAT16, 1));
    assertEquals(256f, HalfPrecision.fromBfloat16(sum[0]));
    // Over float the tie would already be gone: 2049 + 2^-13 must go up.
    short[] once = (short[]) cast(doubles(2049 + 0x1p-40), DType.FLOAT16);
    assertEquals(2050f, HalfPrecision.fromFloat16(once[0]));
  }

  @Test
  void selectTakesBitsAsTheyAre() {
    Buffer condition = bytes(DType.BOOL, 1, 0, 1);
    assertArrayEquals(
        new long[] {Long.MAX_VALUE, 5, -1},
        (long[]) run(Prims.SELECT, condition, longs(Long.MAX_VALUE, 2, -1), longs(4, 5, 6)));
  }

  @Test
  void specialFunctionsHaveTheirPoles() {
    double inf = Double.POSITIVE_INFINITY;
    assertArrayEquals(
        new double[] {inf, -inf, Double.NaN, 0}, d(Prims.ERFINV, doubles(1, -1, 1.5, 0)));
    assertArrayEquals(
        new double[] {inf, inf, 0, 0, inf}, d(Prims.LGAMMA, doubles(0, -2, 1, 2, -inf)));
    double[] digamma = (double[]) run(Prims.POLYGAMMA, new Attrs.Order(0), doubles(0, -0.0, -1));
    assertArrayEquals(new double[] {-inf, inf, Double.NaN}, digamma);
    double[] trigamma = (double[]) run(Prims.POLYGAMMA, new Attrs.Order(1), doubles(-1, inf));
    assertArrayEquals(new double[] {inf, 0}, trigamma);
    assertArrayEquals(new double[] {1, -1, 2}, d2(doubles(inf, -inf, -inf)));
  }

  private static double[] d2(Buffer x) {
    double[] erf = d(Prims.ERF, x);
    return new double[] {erf[0], erf[1], d(Prims.ERFC, x)[2]};
  }

  @Test
  void specialFunctionsAgreeWithTabulatedValues() {
    // From a 60-digit evaluation.
    close(0.5204998778130465, d(Prims.ERF, doubles(0.5))[0]);
    close(2.088487583762545e-45, d(Prims.ERFC, doubles(10))[0]);
    close(0.4769362762044699, d(Prims.ERFINV, doubles(0.5))[0]);
    close(1.2655121234846454, d(Prims.LGAMMA, doubles(-0.5))[0]);
    close(-0.5772156649015329, polygamma(0, 1));
    close(0.03648997397857652, polygamma(0, -0.5));
    close(1.6449340668482264, polygamma(1, 1));
    close(8.934802200544679, polygamma(1, -0.5));
    close(-2.4041138063191885, polygamma(2, 1));
  }

  private static double polygamma(int n, double x) {
    return ((double[]) run(Prims.POLYGAMMA, new Attrs.Order(n), doubles(x)))[0];
  }

  private static void close(double expected, double got) {
    assertEquals(expected, got, 1e-14 * Math.abs(expected));
  }

  @Test
  void sumsOfNothingAreNeutral() {
    Buffer empty = buffer(DType.FLOAT32, new float[0], 2, 0);
    assertArrayEquals(
        new float[] {0, 0}, (float[]) run(Prims.REDUCE_SUM, new Attrs.Axes(1), empty));
    assertArrayEquals(
        new float[] {1, 1}, (float[]) run(Prims.REDUCE_PROD, new Attrs.Axes(1), empty));
    assertArrayEquals(new float[0], (float[]) run(Prims.REDUCE_MAX, new Attrs.Axes(0), empty));
    assertArrayEquals(new long[0], (long[]) run(Prims.ARGMAX, new Attrs.Axis(0), empty));
  }

  @Test
  void sumsKeepWhatCancels() {
    Buffer x = doubles(1e16, 1, -1e16, 1);
    assertArrayEquals(new double[] {2}, (double[]) run(Prims.REDUCE_SUM, new Attrs.Axes(0), x));
    Buffer columns = shaped(doubles(1e16, 7, 1, 7, -1e16, 7), 3, 2);
    assertArrayEquals(
        new double[] {1, 21}, (double[]) run(Prims.REDUCE_SUM, new Attrs.Axes(0), columns));
    assertArrayEquals(
        new float[] {INF, NAN},
        (float[])
            run(
                Prims.REDUCE_SUM,
                new Attrs.Axes(1),
                shaped(floats(INF, 1, 2, INF, -INF, 3), 2, 3)));
  }

  @Test
  void reductionsOverSeveralAxesAndOfAScalar() {
    Buffer x = shaped(ints(1, 2, 3, 4, 5, 6, 7, 8), 2, 2, 2);
    assertArrayEquals(new int[] {14, 22}, (int[]) run(Prims.REDUCE_SUM, new Attrs.Axes(0, 2), x));
    assertArrayEquals(new int[] {36}, (int[]) run(Prims.REDUCE_SUM, new Attrs.Axes(0, 1, 2), x));
    Buffer scalar = buffer(DType.INT32, new int[] {5});
    assertArrayEquals(new int[] {5}, (int[]) run(Prims.REDUCE_SUM, new Attrs.Axes(), scalar));
  }

  @Test
  void extremesPropagateNanAndTakeTheFirstOfEquals() {
    Buffer x = shaped(floats(1, NAN, 3, 2, 5, 5), 2, 3);
    assertArrayEquals(new float[] {NAN, 5}, (float[]) run(Prims.REDUCE_MAX, new Attrs.Axes(1), x));
    assertArrayEquals(new long[] {1, 1}, (long[]) run(Prims.ARGMAX, new Attrs.Axis(1), x));
    assertArrayEquals(new long[] {1, 0}, (long[]) run(Prims.ARGMIN, new Attrs.Axis(1), x));
    Buffer zeros = floats(0f, -0f);
    assertArrayEquals(new long[] {0}, (long[]) run(Prims.ARGMAX, new Attrs.Axis(0), zeros));
    assertArrayEquals(new long[] {0}, (long[]) run(Prims.ARGMIN, new Attrs.Axis(0), zeros));
  }

  @Test
  void cumsumCanExcludeAndReverse() {
    Buffer x = ints(1, 2, 3);
    assertArrayEquals(
        new int[] {1, 3, 6}, (int[]) run(Prims.CUMSUM, new Attrs.Scan(0, false, false), x));
    assertArrayEquals(
        new int[] {0, 1, 3}, (int[]) run(Prims.CUMSUM, new Attrs.Scan(0, true, false), x));
    assertArrayEquals(
        new int[] {6, 5, 3}, (int[]) run(Prims.CUMSUM, new Attrs.Scan(0, false, true), x));
    assertArrayEquals(
        new float[] {5, 3, 0},
        (float[]) run(Prims.CUMSUM, new Attrs.Scan(0, true, true), floats(1, 2, 3)));
    assertArrayEquals(
        new int[] {1, 2, 4, 6},
        (int[]) run(Prims.CUMSUM, new Attrs.Scan(0, false, false), shaped(ints(1, 2, 3, 4), 2, 2)));
  }

  @Test
  void sortIsStableAndPutsNanLast() {
    Buffer x = floats(2, NAN, 1, 2, -INF, -0f, 0f);
    Buffer[] up = ReferenceCalls.all(Prims.SORT, new Attrs.Sort(0, false), x);
    assertArrayEquals(new float[] {-INF, -0f, 0f, 1, 2, 2, NAN}, (float[]) up[0].array());
    assertArrayEquals(new long[] {4, 5, 6, 2, 0, 3, 1}, (long[]) up[1].array());
    Buffer[] down = ReferenceCalls.all(Prims.SORT, new Attrs.Sort(0, true), x);
    assertArrayEquals(new float[] {NAN, 2, 2, 1, -0f, 0f, -INF}, (float[]) down[0].array());
    assertArrayEquals(new long[] {1, 0, 3, 2, 5, 6, 4}, (long[]) down[1].array());
    Buffer[] columns =
        ReferenceCalls.all(
            Prims.SORT, new Attrs.Sort(0, true), shaped(longs(1, 9, Long.MAX_VALUE, 8), 2, 2));
    assertArrayEquals(new long[] {Long.MAX_VALUE, 9, 1, 8}, (long[]) columns[0].array());
    assertArrayEquals(new long[] {1, 0, 0, 1}, (long[]) columns[1].array());
  }

  @Test
  void viewsWithNegativeAndZeroStridesAreRead() {
    Buffer x = floats(1, 2, 3, 4, 5, 6);
    Buffer backwards = new Buffer(x.storage(), Layout.of(Shape.of(2, 3), new long[] {-3, -1}, 5));
    assertArrayEquals(new float[] {6, 5, 4, 3, 2, 1}, (float[]) run(Prims.COPY, backwards));
    Buffer repeated = new Buffer(x.storage(), Layout.of(Shape.of(2, 3), new long[] {0, 2}, 1));
    assertArrayEquals(new float[] {2, 4, 6, 2, 4, 6}, (float[]) run(Prims.COPY, repeated));
    assertArrayEquals(new float[] {8, 9, 10, 5, 6, 7}, f(Prims.ADD, backwards, repeated));
    assertArrayEquals(
        new float[] {6, 5, 4, 3, 2, 1},
        (float[]) run(Prims.RESHAPE, new Attrs.To(Shape.of(6)), backwards));
  }

  @Test
  void padFillsBeforeAfterAndBetween() {
    Attrs.Pad pad = new Attrs.Pad(new long[] {1}, new long[] {2}, new long[] {1}, -7);
    assertArrayEquals(
        new int[] {-7, 1, -7, 2, -7, 3, -7, -7}, (int[]) run(Prims.PAD, pad, ints(1, 2, 3)));
    assertArrayEquals(
        new int[] {-7, -7, -7}, (int[]) run(Prims.PAD, pad, buffer(DType.INT32, new int[0], 0)));
  }

  @Test
  void concatSkipsEmptyParts() {
    Object got =
        run(
            Prims.CONCAT,
            new Attrs.Axis(1),
            shaped(ints(1, 2), 2, 1),
            buffer(DType.INT32, new int[0], 2, 0),
            shaped(ints(3, 4, 5, 6), 2, 2));
    assertArrayEquals(new int[] {1, 3, 4, 2, 5, 6}, (int[]) got);
  }

  @Test
  void sourcesAreExact() {
    Shape two = Shape.of(2);
    long big = (1L << 53) + 1;
    assertArrayEquals(
        new long[] {big, big},
        (long[]) run(Prims.FULL, new Attrs.Full(two, DType.INT64, 0x1p53, big)));
    assertArrayEquals(
        new byte[] {1, 1}, (byte[]) run(Prims.FULL, new Attrs.Full(two, DType.BOOL, 0.5, 0)));
    assertArrayEquals(
        new long[] {5, 3, 1}, (long[]) run(Prims.IOTA, new Attrs.Iota(3, DType.INT64, 5, -2)));
    assertArrayEquals(
        new float[] {0, 0.1f, 0.2f, 0.3f},
        (float[]) run(Prims.IOTA, new Attrs.Iota(4, DType.FLOAT32, 0, 0.1)));
  }

  @Test
  void uniformHalvesStayBelowOne() {
    Attrs.Draw draw = new Attrs.Draw(Shape.of(100_000), DType.BFLOAT16, 5, 0);
    for (short bits : (short[]) run(Prims.RANDOM_UNIFORM, draw)) {
      float x = HalfPrecision.fromBfloat16(bits);
      assertTrue(x >= 0 && x < 1, "key 5 drew " + x);
    }
  }
}
