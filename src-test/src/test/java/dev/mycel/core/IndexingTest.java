package dev.mycel.core;

import static dev.mycel.core.Index.all;
import static dev.mycel.core.Index.at;
import static dev.mycel.core.Index.ellipsis;
import static dev.mycel.core.Index.from;
import static dev.mycel.core.Index.mask;
import static dev.mycel.core.Index.newAxis;
import static dev.mycel.core.Index.places;
import static dev.mycel.core.Index.range;
import static dev.mycel.core.Index.step;
import static dev.mycel.core.Index.tensor;
import static dev.mycel.core.Index.until;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** NumPy's indexing. Expected shapes and values of the examples were printed by NumPy 1.26. */
class IndexingTest {
  private final Tensor x = Ops.arange(120).reshape(2, 3, 4, 5);

  private static void check(Tensor found, String shape, long... values) {
    assertEquals(shape, found.shape().toString());
    assertArrayEquals(values, found.toLongArray());
  }

  @Test
  void numbersDropAxesAndNegativeOnesCountFromTheEnd() {
    check(x.get(at(1), at(-1), at(0)), "(5,)", 100, 101, 102, 103, 104);
    check(x.at(1, 2, 3, 4), "()", 119);
    check(x.at(-2, -3, -4, -5), "()", 0);
    assertTrue(x.at(1).sameAs(x.get(at(1), ellipsis())));
  }

  @Test
  void rangesCutAtTheEndsAndWalkBackwards() {
    Tensor v = Ops.arange(6);
    check(v.get(range(1, 4)), "(3,)", 1, 2, 3);
    check(v.get(range(-2, 100)), "(2,)", 4, 5);
    check(v.get(step(-1)), "(6,)", 5, 4, 3, 2, 1, 0);
    check(v.get(range(4, 0, -2)), "(2,)", 4, 2);
    check(v.get(Index.slice(null, 2L, -1L)), "(3,)", 5, 4, 3);
    check(v.get(range(3, 3)), "(0,)");
    check(v.get(range(4, 1)), "(0,)");
    check(v.get(step(Long.MAX_VALUE)), "(1,)", 0);
    check(v.get(step(Long.MIN_VALUE)), "(1,)", 5);
    check(v.get(until(-4)), "(2,)", 0, 1);
    check(v.get(from(5)), "(1,)", 5);
  }

  @Test
  void ellipsisAndNewAxesKeepTheirPlaces() {
    assertEquals(Shape.of(2, 3, 4), x.get(ellipsis(), at(0)).shape());
    assertEquals(Shape.of(1, 2, 3, 4, 5, 1), x.get(newAxis(), ellipsis(), newAxis()).shape());
    assertEquals(Shape.of(2, 1, 3, 5), x.get(all(), newAxis(), all(), at(0)).shape());
  }

  @Test
  void adjacentTensorsKeepTheirPlaceAndOthersComeFirst() {
    Tensor i = Tensor.of(new long[][] {{0, 1}, {1, 0}});
    Tensor j = Tensor.of(new int[] {2, -4});
    assertEquals(Shape.of(2, 2, 2, 5), x.get(all(), tensor(i), tensor(j)).shape());
    assertEquals(Shape.of(2, 2, 2, 4), x.get(all(), tensor(i), all(), tensor(j)).shape());
    assertEquals(Shape.of(2, 2, 3, 5), x.get(tensor(i), all(), at(0)).shape());
    check(x.get(tensor(j.cast(DType.INT64).mul(0)), at(0), at(0), places(1, 2)), "(2,)", 1, 2);
  }

  @Test
  void masksChooseOverAllTheirAxes() {
    Tensor m = Tensor.of(new boolean[][] {{true, false, true}, {false, false, true}});
    check(x.get(mask(m), at(0), at(0)), "(3,)", 0, 40, 100);
    assertEquals(Shape.of(3, 4, 5), x.get(mask(m)).shape());
    check(Ops.arange(4).get(mask(Tensor.of(new boolean[4]))), "(0,)");
  }

  @Test
  void replacedWritesWhereGetReads() {
    Tensor y = x.replaced(Tensor.of(-1), all(), at(0), range(1, 3), step(-2));
    assertEquals(0, y.get(all(), at(0), range(1, 3), step(2)).add(1).abs().sum().item());
    assertEquals(2 * 2 * 3, y.eq(-1).sum().item());
    Tensor w = Ops.arange(4).replaced(Tensor.of(new long[] {7, 8, 9}), places(1, 3, 1));
    check(w, "(4,)", 0, 9, 2, 8);
  }

  @Test
  void wrongIndicesAreRefused() {
    assertThrows(ShapeException.class, () -> x.get(at(2)));
    assertThrows(ShapeException.class, () -> x.get(all(), tensor(Tensor.of(new int[] {3}))));
    assertThrows(ShapeException.class, () -> x.at(0, 0, 0, 0, 0));
    assertThrows(ShapeException.class, () -> x.get(ellipsis(), ellipsis()));
    assertThrows(ArgumentException.class, () -> step(0));
    assertThrows(DTypeException.class, () -> x.get(tensor(Ops.zeros(2))));
    assertThrows(ShapeException.class, () -> x.get(mask(Tensor.of(new boolean[3]))));
    assertThrows(ShapeException.class, () -> x.get(places(0, 1), places(0, 1, 2)));
  }

  /** Random indices of numbers, ranges and adjacent tensors against one element at a time. */
  @Test
  void randomIndicesAgreeWithIndexArithmetic() {
    long seed = 4711;
    System.out.println("IndexingTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      Index[] index = new Index[4];
      List<long[]> perAxis = new ArrayList<>();
      List<Long> dims = new ArrayList<>();
      for (int axis = 0; axis < 4; axis++) {
        long n = x.dim(axis);
        switch (random.nextInt(3)) {
          case 0 -> {
            long place = random.nextInt((int) (2 * n)) - n;
            index[axis] = at(place);
            perAxis.add(new long[] {Math.floorMod(place, n)});
          }
          case 1 -> {
            long start = random.nextInt((int) (2 * n + 4)) - n - 2;
            long stop = random.nextInt((int) (2 * n + 4)) - n - 2;
            long by = random.nextInt(3) + 1;
            long sign = random.nextBoolean() ? 1 : -1;
            index[axis] = range(start, stop, sign * by);
            long[] chosen = python(start, stop, sign * by, n);
            perAxis.add(chosen);
            dims.add((long) chosen.length);
          }
          default -> {
            index[axis] = all();
            perAxis.add(python(0, n, 1, n));
            dims.add(n);
          }
        }
      }
      List<Long> expected = new ArrayList<>();
      for (long a : perAxis.get(0)) {
        for (long b : perAxis.get(1)) {
          for (long c : perAxis.get(2)) {
            for (long d : perAxis.get(3)) {
              expected.add(((a * 3 + b) * 4 + c) * 5 + d);
            }
          }
        }
      }
      Tensor found = x.get(index);
      assertEquals(Shape.of(dims), found.shape(), () -> Arrays.toString(index));
      assertArrayEquals(
          expected.stream().mapToLong(Long::longValue).toArray(), found.toLongArray());
    }
  }

  /** The places of a Python slice, found by trying all. */
  private static long[] python(long start, long stop, long step, long n) {
    long from = start < 0 ? start + n : start;
    long to = stop < 0 ? stop + n : stop;
    if (step > 0) {
      from = Math.max(from, 0);
      to = Math.min(to, n);
    } else {
      from = Math.min(from, n - 1);
      to = Math.max(to, -1);
    }
    List<Long> places = new ArrayList<>();
    for (long i = from; step > 0 ? i < to : i > to; i += step) {
      if (i >= 0 && i < n) {
        places.add(i);
      }
    }
    return places.stream().mapToLong(Long::longValue).toArray();
  }
}
