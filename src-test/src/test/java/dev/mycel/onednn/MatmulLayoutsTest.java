package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Products of matrices whose axes lie in memory in any order. */
class MatmulLayoutsTest {
  private static final int PRODUCTS = 500;

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  /** A tensor whose axes were shuffled after it was drawn. */
  private static Tensor shuffled(java.util.Random order, Generator numbers, long... dims) {
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < dims.length; i++) {
      axes.add(i);
    }
    Collections.shuffle(axes, order);
    long[] stored = new long[dims.length];
    int[] back = new int[dims.length];
    for (int i = 0; i < dims.length; i++) {
      stored[i] = dims[axes.get(i)];
      back[axes.get(i)] = i;
    }
    return Random.randn(numbers, stored).transpose(back);
  }

  private static Tensor[] operands(long seed) {
    java.util.Random order = new java.util.Random(seed);
    Generator numbers = new Generator(seed);
    int rank = 2 + order.nextInt(4);
    long[] a = new long[rank];
    long[] b = new long[rank];
    for (int i = 0; i < rank - 2; i++) {
      a[i] = 1 + order.nextInt(3);
      b[i] = a[i];
    }
    a[rank - 2] = extent(order);
    a[rank - 1] = extent(order);
    b[rank - 2] = a[rank - 1];
    b[rank - 1] = extent(order);
    return new Tensor[] {shuffled(order, numbers, a), shuffled(order, numbers, b)};
  }

  /** Small and large ones, and often 1, which implementations treat in ways of their own. */
  private static int extent(java.util.Random order) {
    return order.nextInt(4) == 0 ? 1 : 1 + order.nextInt(order.nextBoolean() ? 5 : 70);
  }

  @Test
  void everyOrderOfAxesGivesTheProductOfTheReference() {
    for (long seed = 0; seed < PRODUCTS; seed++) {
      Mycel.setBackend("reference");
      Tensor[] in = operands(seed);
      float[] right = in[0].matmul(in[1]).toFloatArray();
      Mycel.setBackend("onednn");
      Tensor[] same = operands(seed);
      Tensor found = same[0].matmul(same[1]);
      String what =
          "seed "
              + seed
              + ": "
              + Interpreters.root().layout(same[0])
              + " by "
              + Interpreters.root().layout(same[1]);
      Tensor expected = Tensor.of(right, found.shape().dims());
      assertTrue(found.allClose(expected, 1e-4, 1e-4), what);
    }
  }
}
