package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Views as strides, against a list of the storage places that each element comes from. */
class LayoutTest {
  /** A layout beside the storage places that its elements, row-major, must have. */
  private record Checked(Layout layout, long[] places) {
    void verify(String history) {
      assertArrayEquals(places, LayoutTest.places(layout), history);
      assertEquals(isRow(places), layout.isContiguous(), () -> history + " contiguous " + layout);
      if (isPermutation(places)) {
        assertTrue(
            layout.isDense() || hasNegativeStride(layout), () -> history + " dense " + layout);
      } else {
        assertTrue(!layout.isDense(), () -> history + " not dense " + layout);
      }
    }
  }

  private static boolean hasNegativeStride(Layout layout) {
    for (int i = 0; i < layout.shape().rank(); i++) {
      if (layout.shape().dim(i) > 1 && layout.stride(i) < 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean isRow(long... places) {
    for (int i = 1; i < places.length; i++) {
      if (places[i] != places[i - 1] + 1) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPermutation(long... places) {
    long[] sorted = places.clone();
    Arrays.sort(sorted);
    return isRow(sorted);
  }

  static long[] places(Layout layout) {
    Shape s = layout.shape();
    long[] found = new long[(int) s.size()];
    for (int i = 0; i < found.length; i++) {
      long at = layout.offset();
      for (int axis = 0; axis < s.rank(); axis++) {
        at += coordinate(s, i, axis) * layout.stride(axis);
      }
      found[i] = at;
    }
    return found;
  }

  private static long coordinate(Shape s, long flat, int axis) {
    return flat / s.strides()[axis] % Math.max(s.dim(axis), 1);
  }

  private static long flat(Shape s, long... at) {
    long flat = 0;
    for (int i = 0; i < at.length; i++) {
      flat += at[i] * s.strides()[i];
    }
    return flat;
  }

  /** The expected places of a view whose element at some coordinates is the source's at others. */
  private interface Source {
    long[] of(long[] coordinates);
  }

  private static Checked view(Checked from, Layout layout, Source source) {
    Shape s = layout.shape();
    long[] expected = new long[(int) s.size()];
    for (int i = 0; i < expected.length; i++) {
      long[] at = new long[s.rank()];
      for (int axis = 0; axis < at.length; axis++) {
        at[axis] = coordinate(s, i, axis);
      }
      expected[i] = from.places[(int) flat(from.layout.shape(), source.of(at))];
    }
    return new Checked(layout, expected);
  }

  @Test
  void randomChainsOfViewsAgreeWithIndexArithmetic() {
    long seed = 20240611;
    System.out.println("LayoutTest seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      long[] dims = new long[random.nextInt(4)];
      Arrays.setAll(dims, i -> random.nextInt(6) == 0 ? random.nextInt(2) : 1 + random.nextInt(4));
      Shape s = Shape.of(dims);
      long[] all = new long[(int) s.size()];
      Arrays.setAll(all, i -> i);
      Checked now = new Checked(Layout.contiguous(s), all);
      StringBuilder history = new StringBuilder("seed " + seed + " round " + round + " " + s);
      for (int step = 0; step < 4; step++) {
        now = step(now, random, history);
        now.verify(history.toString());
      }
    }
  }

  private static Checked step(Checked now, Random random, StringBuilder history) {
    int rank = now.layout.shape().rank();
    return switch (random.nextInt(5)) {
      case 0 -> transposed(now, random, history);
      case 1 -> sliced(now, random, history);
      case 2 -> {
        int[] axes = rank == 0 ? new int[0] : new int[] {random.nextInt(rank)};
        history.append(" flip ").append(Arrays.toString(axes));
        Shape s = now.layout.shape();
        yield view(
            now,
            now.layout.flip(axes),
            at -> {
              for (int axis : axes) {
                at[axis] = s.dim(axis) - 1 - at[axis];
              }
              return at;
            });
      }
      case 3 -> broadcast(now, random, history);
      default -> reshaped(now, random, history);
    };
  }

  private static Checked transposed(Checked now, Random random, StringBuilder history) {
    int rank = now.layout.shape().rank();
    int[] perm = new int[rank];
    for (int i = 0; i < rank; i++) {
      int j = random.nextInt(i + 1);
      perm[i] = perm[j];
      perm[j] = i;
    }
    history.append(" transpose ").append(Arrays.toString(perm));
    return view(
        now,
        now.layout.transpose(perm),
        at -> {
          long[] from = new long[rank];
          for (int i = 0; i < rank; i++) {
            from[perm[i]] = at[i];
          }
          return from;
        });
  }

  private static Checked sliced(Checked now, Random random, StringBuilder history) {
    Shape s = now.layout.shape();
    long[] starts = new long[s.rank()];
    long[] steps = new long[s.rank()];
    long[] sizes = new long[s.rank()];
    for (int i = 0; i < starts.length; i++) {
      long n = s.dim(i);
      steps[i] = 1 + random.nextInt(3);
      starts[i] = n == 0 ? 0 : random.nextInt((int) n);
      long most = n == 0 ? 0 : (n - 1 - starts[i]) / steps[i] + 1;
      sizes[i] = random.nextInt((int) most + 1);
    }
    history.append(" slice ").append(Arrays.toString(starts)).append(Arrays.toString(sizes));
    return view(
        now,
        now.layout.slice(starts, Shape.of(sizes), steps),
        at -> {
          for (int i = 0; i < at.length; i++) {
            at[i] = starts[i] + at[i] * steps[i];
          }
          return at;
        });
  }

  private static Checked broadcast(Checked now, Random random, StringBuilder history) {
    Shape s = now.layout.shape();
    int extra = s.rank() < 4 ? random.nextInt(2) : 0;
    long[] dims = new long[s.rank() + extra];
    for (int i = 0; i < dims.length; i++) {
      long n = i < extra ? 1 : s.dim(i - extra);
      dims[i] = n == 1 && s.size() < 300 ? 1 + random.nextInt(3) : n;
    }
    history.append(" broadcast ").append(Arrays.toString(dims));
    return view(
        now,
        now.layout.broadcastTo(Shape.of(dims)),
        at -> {
          long[] from = new long[s.rank()];
          for (int i = 0; i < from.length; i++) {
            from[i] = s.dim(i) == 1 ? 0 : at[i + extra];
          }
          return from;
        });
  }

  private static Checked reshaped(Checked now, Random random, StringBuilder history) {
    long left = now.layout.shape().size();
    java.util.List<Long> dims = new java.util.ArrayList<>();
    while (left > 1 && dims.size() < 3) {
      long factor = 1 + random.nextInt((int) Math.min(left, 12));
      if (left % factor == 0) {
        dims.add(factor);
        left /= factor;
      }
    }
    if (left != 1) {
      dims.add(left);
    }
    if (random.nextInt(3) == 0) {
      dims.add(random.nextInt(dims.size() + 1), 1L);
    }
    Shape to = Shape.of(dims);
    history.append(" reshape ").append(to);
    Layout view = now.layout.reshape(to);
    return view == null ? now : new Checked(view, now.places);
  }

  @Test
  void reshapeOfStridedRowsNeedsACopyOnlyWhereAxesMerge() {
    Layout columns = Layout.contiguous(Shape.of(4, 6)).slice(new long[2], Shape.of(4, 3), ones(2));
    assertNull(columns.reshape(Shape.of(12)));
    assertNotNull(columns.reshape(Shape.of(2, 2, 3)));
    assertNotNull(columns.reshape(Shape.of(4, 3, 1)));
    assertNull(Layout.contiguous(Shape.of(2, 3)).transpose(1, 0).reshape(Shape.of(6)));
  }

  private static long[] ones(int n) {
    long[] ones = new long[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void orderedLayoutsAreDenseInTheirOrder() {
    Layout nhwc = Layout.ordered(Shape.of(2, 3, 4, 5), 0, 2, 3, 1);
    assertArrayEquals(new long[] {60, 1, 15, 3}, nhwc.strides());
    assertTrue(nhwc.isDense());
    assertArrayEquals(new int[] {0, 2, 3, 1}, nhwc.denseOrder());
  }
}
