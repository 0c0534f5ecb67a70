package dev.mycel.reference;

import static dev.mycel.reference.ReferenceCalls.buffer;
import static dev.mycel.reference.ReferenceCalls.floats;
import static dev.mycel.reference.ReferenceCalls.ints;
import static dev.mycel.reference.ReferenceCalls.longs;
import static dev.mycel.reference.ReferenceCalls.run;
import static dev.mycel.reference.ReferenceCalls.shaped;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Buffer;
import org.junit.jupiter.api.Test;

/** Facts about contraction, windows and indexing, computed by hand. */
final class ReferenceWindowTest {
  private static final float INF = Float.POSITIVE_INFINITY;

  private static long[] l(long... values) {
    return values;
  }

  private static Attrs.Window window(long size, long stride, long low, long high, long dilation) {
    return new Attrs.Window(l(size), l(stride), l(low), l(high), l(dilation), false);
  }

  @Test
  void matmulOfIntegersIsExactAndOfNothingIsZero() {
    Buffer a = shaped(longs(1L << 53, 1), 1, 2);
    Buffer b = shaped(longs(1, 1), 2, 1);
    assertArrayEquals(new long[] {(1L << 53) + 1}, (long[]) run(Prims.MATMUL, a, b));
    Buffer none = buffer(DType.FLOAT32, new float[0], 2, 0);
    Buffer other = buffer(DType.FLOAT32, new float[0], 0, 2);
    assertArrayEquals(new float[4], (float[]) run(Prims.MATMUL, none, other));
  }

  @Test
  void matmulMultipliesEachBatchEntry() {
    Buffer a = shaped(floats(1, 2, 3, 4), 2, 1, 2);
    Buffer b = shaped(floats(1, 2, 3, 4, 5, 6, 7, 8), 2, 2, 2);
    assertArrayEquals(new float[] {7, 10, 43, 50}, (float[]) run(Prims.MATMUL, a, b));
  }

  @Test
  void convolutionWithUnevenPaddingStrideAndDilation() {
    Buffer x = shaped(floats(1, 2, 3, 4, 5), 1, 1, 5);
    Buffer w = shaped(floats(1, 10), 1, 1, 2);
    Attrs.Conv c = new Attrs.Conv(l(2), l(1), l(0), l(2), 1);
    // Places start at -1, 1, (3 would need 5): taps two apart.
    assertArrayEquals(new float[] {20, 42}, (float[]) run(Prims.CONV, c, x, w));
  }

  @Test
  void negativePaddingCrops() {
    Buffer x = shaped(floats(1, 2, 3, 4, 5), 1, 1, 5);
    Buffer w = shaped(floats(1), 1, 1, 1);
    Attrs.Conv c = new Attrs.Conv(l(1), l(-1), l(-2), l(1), 1);
    assertArrayEquals(new float[] {2, 3}, (float[]) run(Prims.CONV, c, x, w));
    Attrs.ConvGrad g = new Attrs.ConvGrad(c, Shape.of(1, 1, 5));
    assertArrayEquals(
        new float[] {0, 7, 8, 0, 0},
        (float[]) run(Prims.CONV_INPUT_GRAD, g, shaped(floats(7, 8), 1, 1, 2), w));
  }

  @Test
  void groupsKeepChannelsApartAndTheBiasIsAdded() {
    Buffer x = shaped(floats(1, 2, 3, 4), 1, 2, 2);
    Buffer w = shaped(floats(10, 100), 2, 1, 1);
    Attrs.Conv c = new Attrs.Conv(l(1), l(0), l(0), l(1), 2);
    assertArrayEquals(
        new float[] {11, 21, 298, 398}, (float[]) run(Prims.CONV, c, x, w, floats(1, -2)));
  }

  @Test
  void weightGradientSumsOverPlacesAndBatch() {
    Buffer x = shaped(floats(1, 2, 3, 4, 5, 6), 2, 1, 3);
    Buffer dy = shaped(floats(1, 1, 1, 10), 2, 1, 2);
    Attrs.ConvGrad g =
        new Attrs.ConvGrad(new Attrs.Conv(l(1), l(0), l(0), l(1), 1), Shape.of(1, 1, 2));
    assertArrayEquals(
        new float[] {1 + 2 + 4 + 50, 2 + 3 + 5 + 60},
        (float[]) run(Prims.CONV_WEIGHT_GRAD, g, x, dy));
  }

  @Test
  void threeSpatialAxesAreCounted() {
    Buffer x = shaped(floats(1, 2, 3, 4, 5, 6, 7, 8), 1, 1, 2, 2, 2);
    Buffer w = shaped(floats(1, 2, 3, 4, 5, 6, 7, 8), 1, 1, 2, 2, 2);
    Attrs.Conv c = new Attrs.Conv(l(1, 1, 1), l(0, 0, 0), l(0, 0, 0), l(1, 1, 1), 1);
    assertArrayEquals(new float[] {204}, (float[]) run(Prims.CONV, c, x, w));
  }

  @Test
  void poolingTakesTheFirstPlaceOfEqualsAndPaddingNeverWins() {
    Buffer x = shaped(floats(-5, -5, -7, -6), 1, 1, 4);
    Buffer[] got = ReferenceCalls.all(Prims.MAX_POOL, window(3, 2, 1, 1, 1), x);
    assertArrayEquals(new float[] {-5, -5}, (float[]) got[0].array());
    // Places count from the window's own start, padding included.
    assertArrayEquals(new byte[] {1, 0}, (byte[]) got[1].array());
  }

  @Test
  void poolingLetsNanWin() {
    Buffer x = shaped(floats(1, Float.NaN, INF, 2), 1, 1, 4);
    Buffer[] got = ReferenceCalls.all(Prims.MAX_POOL, window(3, 1, 0, 0, 1), x);
    assertArrayEquals(new float[] {Float.NaN, Float.NaN}, (float[]) got[0].array());
    assertArrayEquals(new byte[] {1, 0}, (byte[]) got[1].array());
  }

  @Test
  void placesAreRowMajorInTheWindow() {
    float[] image = {0, 0, 0, 0, 0, 0, 0, 9, 0};
    Buffer x = shaped(floats(image), 1, 1, 3, 3);
    Attrs.Window w = new Attrs.Window(l(2, 2), l(1, 1), l(0, 0), l(0, 0), l(1, 1), false);
    Buffer[] got = ReferenceCalls.all(Prims.MAX_POOL, w, x);
    assertArrayEquals(new byte[] {0, 0, 3, 2}, (byte[]) got[1].array());
    Attrs.WindowGrad g = new Attrs.WindowGrad(w, x.shape());
    Object dx = run(Prims.MAX_POOL_SCATTER, g, shaped(floats(1, 2, 3, 4), 1, 1, 2, 2), got[1]);
    assertArrayEquals(new float[] {1, 2, 0, 0, 0, 0, 0, 7, 0}, (float[]) dx);
    Object picked = run(Prims.MAX_POOL_GATHER, w, x, got[1]);
    assertArrayEquals(new float[] {0, 0, 9, 9}, (float[]) picked);
  }

  @Test
  void largeWindowsHavePlacesOfInt32() {
    float[] image = new float[300];
    image[280] = 1;
    Buffer x = shaped(floats(image), 1, 1, 300);
    Buffer[] got = ReferenceCalls.all(Prims.MAX_POOL, window(300, 1, 0, 0, 1), x);
    assertArrayEquals(new int[] {280}, (int[]) got[1].array());
  }

  @Test
  void aWindowInThePaddingHasTheLeastValueAndNoGradient() {
    Buffer x = shaped(floats(3), 1, 1, 1);
    Buffer[] got = ReferenceCalls.all(Prims.MAX_POOL, window(1, 1, 1, 0, 1), x);
    assertArrayEquals(new float[] {-INF, 3}, (float[]) got[0].array());
    Attrs.WindowGrad g = new Attrs.WindowGrad(window(1, 1, 1, 0, 1), x.shape());
    Object dx = run(Prims.MAX_POOL_SCATTER, g, shaped(floats(5, 7), 1, 1, 2), got[1]);
    assertArrayEquals(new float[] {7}, (float[]) dx);
  }

  @Test
  void averagesCountPaddingOnlyWhenAsked() {
    Buffer x = shaped(floats(2, 4, 6), 1, 1, 3);
    Attrs.Window without = window(2, 2, 1, 0, 1);
    Attrs.Window with = new Attrs.Window(l(2), l(2), l(1), l(0), l(1), true);
    assertArrayEquals(new float[] {2, 5}, (float[]) run(Prims.AVG_POOL, without, x));
    assertArrayEquals(new float[] {1, 5}, (float[]) run(Prims.AVG_POOL, with, x));
    Buffer dy = shaped(floats(4, 6), 1, 1, 2);
    assertArrayEquals(
        new float[] {4, 3, 3},
        (float[]) run(Prims.AVG_POOL_GRAD, new Attrs.WindowGrad(without, x.shape()), dy));
    assertArrayEquals(
        new float[] {2, 3, 3},
        (float[]) run(Prims.AVG_POOL_GRAD, new Attrs.WindowGrad(with, x.shape()), dy));
  }

  @Test
  void dilatedPoolingSkipsElements() {
    Buffer x = shaped(floats(9, 8, 1, 7, 0), 1, 1, 5);
    Buffer[] got = ReferenceCalls.all(Prims.MAX_POOL, window(2, 1, 0, 0, 2), x);
    assertArrayEquals(new float[] {9, 8, 1}, (float[]) got[0].array());
    assertArrayEquals(new byte[] {0, 0, 0}, (byte[]) got[1].array());
  }

  @Test
  void negativeIndicesCountFromTheEnd() {
    Buffer x = shaped(longs(1, 2, 3, 4, 5, 6), 3, 2);
    assertArrayEquals(
        new long[] {5, 6, 1, 2, 3, 4},
        (long[]) run(Prims.TAKE, new Attrs.Axis(0), x, ints(-1, 0, -2)));
    assertArrayEquals(
        new long[] {2, 1, 4, 3, 6, 5},
        (long[]) run(Prims.TAKE, new Attrs.Axis(1), x, longs(-1, 0)));
    assertArrayEquals(
        new long[] {5, 4},
        (long[]) run(Prims.TAKE_ALONG, new Attrs.Axis(0), x, shaped(longs(-1, 1), 1, 2)));
  }

  @Test
  void repeatedIndicesAdd() {
    Buffer y = shaped(floats(1, 2, 3, 4, 5, 6), 3, 2);
    assertArrayEquals(
        new float[] {4, 6, 0, 0, 5, 6},
        (float[]) run(Prims.TAKE_ADD, new Attrs.AxisSize(0, 3), y, ints(0, 0, -1)));
    assertArrayEquals(
        new float[] {3, 0, 3, 4, 5, 6},
        (float[])
            run(
                Prims.PUT_ALONG_ADD,
                new Attrs.AxisSize(1, 2),
                y,
                shaped(ints(0, 0, 0, 1, -2, -1), 3, 2)));
  }

  @Test
  void anIndexOutOfRangeIsNamed() {
    String message =
        assertThrows(
                ArgumentException.class,
                () -> run(Prims.TAKE, new Attrs.Axis(0), floats(1, 2), ints(0, -3)))
            .getMessage();
    assertEquals(
        "gather: index -3 is out of range\n  axis    0\n  extent  2\n"
            + "  hint  indices go from -2 to 1",
        message);
  }

  @Test
  void takingFromManyIndexAxesKeepsTheirShape() {
    Buffer x = ints(10, 20, 30);
    Buffer[] got =
        ReferenceCalls.all(Prims.TAKE, new Attrs.Axis(0), x, shaped(ints(2, 1, 0, 2), 2, 2));
    assertEquals(Shape.of(2, 2), got[0].shape());
    assertArrayEquals(new int[] {30, 20, 10, 30}, (int[]) got[0].array());
  }
}
