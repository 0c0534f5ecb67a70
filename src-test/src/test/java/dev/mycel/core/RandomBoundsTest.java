package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Draws never leave their bounds by rounding, and excluded bounds are never drawn. */
class RandomBoundsTest {
  private static final Shape MANY = Shape.of(1 << 17);

  private static double[] draw(double min, double max, DType dtype) {
    Generator.Stream stream = new Generator(6).next(MANY.size());
    return Random.uniform(MANY, min, max, dtype, stream).cast(DType.FLOAT64).toDoubleArray();
  }

  private static void assertInside(double min, double max, DType dtype) {
    for (double v : draw(min, max, dtype)) {
      assertTrue(v >= min && v < max, () -> v + " of " + dtype + " in [" + min + ", " + max + ")");
    }
  }

  @Test
  void boundsOutsideTheGridOfATypeAreKept() {
    for (DType dtype : new DType[] {DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64}) {
      assertInside(0, 1, dtype);
      assertInside(0.7, 0.71, dtype);
      assertInside(-0.1, 0.3, dtype);
      assertInside(-3, -2.9, dtype);
      assertInside(0.1, 1000.1, dtype);
    }
    assertInside(16_777_214.5, 16_777_217.5, DType.FLOAT32);
    assertInside(-1e-40, 1e-40, DType.FLOAT32);
    assertInside(-3e38, 3e38, DType.FLOAT32);
  }

  /** 2^24 - 2 and 2^24 - 1 are all there is below 2^24 + 0: each must come half of the time. */
  @Test
  void aCoarseGridIsDrawnEvenly() {
    double[] drawn = draw(16_777_214, 16_777_216, DType.FLOAT32);
    long lower = java.util.Arrays.stream(drawn).filter(v -> v == 16_777_214).count();
    assertEquals(drawn.length / 2.0, lower, 4 * Math.sqrt(drawn.length / 4.0));
  }

  @Test
  void tensorsOfBoundsAreKeptToo() {
    Tensor low = Tensor.of(new float[] {16_777_215, -1, 0.5f, 3});
    Tensor high = Tensor.of(new float[] {16_777_216, -0.99999994f, 0.50000006f, 3.0000002f});
    Tensor drawn = Random.uniform(Shape.of(1 << 12, 1), low, high, new Generator(3));
    assertTrue(drawn.ge(low).all().itemBoolean());
    assertTrue(drawn.lt(high).all().itemBoolean());
  }

  @Test
  void equalBoundsGiveTheBound() {
    assertEquals(2.5, Random.uniform(Shape.of(3), 2.5, 2.5).max().item());
    Tensor one = Ops.ones(3);
    assertTrue(Random.uniform(Shape.of(3), one, one).sameAs(one));
  }

  @Test
  void aRangeWithoutANumberOfTheTypeIsRefused() {
    assertThrows(ArgumentException.class, () -> Random.uniform(MANY, 0.70000001, 0.70000002));
    assertThrows(
        ArgumentException.class, () -> Random.truncatedNormal(MANY, 0, 1, 0.70000001, 0.70000002));
    assertThrows(ArgumentException.class, () -> Random.uniform(MANY, 2, 1));
    assertThrows(ArgumentException.class, () -> Random.uniform(MANY, 0, Double.NaN));
    assertThrows(ArgumentException.class, () -> Random.uniform(MANY, -1e308, 1e308));
  }

  @Test
  void gridsOfAllTypesHaveTheirNeighbours() {
    assertEquals(1 + 0x1p-10, Grid.atLeast(1.0001, DType.FLOAT16));
    assertEquals(1, Grid.atMost(1.0001, DType.FLOAT16));
    assertEquals(1 - 0x1p-11, Grid.below(1, DType.FLOAT16));
    assertEquals(1 - 0x1p-8, Grid.below(1, DType.BFLOAT16));
    assertEquals(-1, Grid.below(-0.9999, DType.BFLOAT16));
    assertEquals(-0x1p-24, Grid.below(0, DType.FLOAT16));
    assertEquals(0x1p-24, Grid.atLeast(1e-12, DType.FLOAT16));
    assertEquals(65504, Grid.below(1e9, DType.FLOAT16));
    assertEquals((double) 0.7f, Grid.below(0.7, DType.FLOAT32));
    assertEquals((double) Math.nextUp(0.7f), Grid.atLeast(0.7, DType.FLOAT32));
    assertEquals(0.7, Grid.atLeast(0.7, DType.FLOAT64));
    assertEquals(Math.nextDown(0.7), Grid.below(0.7, DType.FLOAT64));
    assertEquals(Double.NEGATIVE_INFINITY, Grid.atLeast(Double.NEGATIVE_INFINITY, DType.FLOAT32));
  }
}
