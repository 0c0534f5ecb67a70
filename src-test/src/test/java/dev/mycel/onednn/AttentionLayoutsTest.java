package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.Generator;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attention over queries, keys and values whose axes lie in memory in any order. */
class AttentionLayoutsTest {
  private static final int CALLS = 150;

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static Tensor shuffled(java.util.Random order, Generator numbers, long... dims) {
    List<Integer> axes = new ArrayList<>(List.of(0, 1, 2, 3));
    Collections.shuffle(axes, order);
    long[] stored = new long[4];
    int[] back = new int[4];
    for (int i = 0; i < 4; i++) {
      stored[i] = dims[axes.get(i)];
      back[axes.get(i)] = i;
    }
    return Random.randn(numbers, stored).transpose(back);
  }

  private static List<Tensor> operands(long seed) {
    java.util.Random order = new java.util.Random(seed);
    Generator numbers = new Generator(seed);
    long batch = 1 + order.nextInt(3);
    long heads = 1 + order.nextInt(3);
    long length = 40 + order.nextInt(50);
    long width = 8 + order.nextInt(17);
    List<Tensor> in = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      in.add(shuffled(order, numbers, batch, heads, length, width));
    }
    return in;
  }

  private static Tensor attention(List<Tensor> in, boolean causal) {
    return Ops.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), causal);
  }

  private static List<Tensor> results(String backend, long seed) {
    Mycel.setBackend(backend);
    List<Tensor> in = operands(seed);
    boolean causal = seed % 2 == 0;
    List<Tensor> all = new ArrayList<>();
    all.add(attention(in, causal));
    all.addAll(Autograd.grad((List<Tensor> t) -> attention(t, causal).square().sum()).apply(in));
    return all;
  }

  @Test
  void everyOrderOfAxesGivesWhatTheReferenceGives() {
    for (long seed = 0; seed < CALLS; seed++) {
      List<float[]> right = new ArrayList<>();
      results("reference", seed).forEach(t -> right.add(t.toFloatArray()));
      List<Tensor> found = results("onednn", seed);
      for (int i = 0; i < right.size(); i++) {
        Tensor expected = Tensor.of(right.get(i), found.get(i).shape().dims());
        String what = i == 0 ? "the output" : "gradient " + (i - 1);
        assertTrue(found.get(i).allClose(expected, 1e-4, 1e-4), "seed " + seed + ": " + what);
      }
    }
  }
}
