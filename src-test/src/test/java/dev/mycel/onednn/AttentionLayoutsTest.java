package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attention over queries, keys and values whose axes lie in memory in any order. */
class AttentionLayoutsTest {
  private static final int CALLS = 150;
  private static final int LONG_CALLS = 20;

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

  /** Queries, and as many keys and values. */
  private static List<Tensor> operands(long seed) {
    java.util.Random order = new java.util.Random(seed);
    long length = 40 + order.nextInt(50);
    return operands(order, new Generator(seed), length, length);
  }

  /** So long that each thread takes matrices of its own, where their number lets it. */
  private static List<Tensor> longOnes(long seed) {
    java.util.Random order = new java.util.Random(seed);
    long queries = 64 + order.nextInt(100);
    return operands(order, new Generator(seed), queries, 513 + order.nextInt(100));
  }

  private static List<Tensor> operands(
      java.util.Random order, Generator numbers, long queries, long keys) {
    long batch = 1 + order.nextInt(3);
    long heads = 1 + order.nextInt(3);
    long width = 8 + order.nextInt(17);
    List<Tensor> in = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      in.add(shuffled(order, numbers, batch, heads, i == 0 ? queries : keys, width));
    }
    return in;
  }

  private static Tensor attention(List<Tensor> in, boolean causal) {
    return Ops.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), causal);
  }

  private static List<Tensor> results(String backend, long seed, LongFunction<List<Tensor>> make) {
    Mycel.setBackend(backend);
    List<Tensor> in = make.apply(seed);
    boolean causal = seed % 2 == 0;
    List<Tensor> all = new ArrayList<>();
    all.add(attention(in, causal));
    all.addAll(Autograd.grad((List<Tensor> t) -> attention(t, causal).square().sum()).apply(in));
    return all;
  }

  private static void check(int calls, LongFunction<List<Tensor>> make) {
    for (long seed = 0; seed < calls; seed++) {
      List<float[]> right = new ArrayList<>();
      results("reference", seed, make).forEach(t -> right.add(t.toFloatArray()));
      List<Tensor> found = results("onednn", seed, make);
      for (int i = 0; i < right.size(); i++) {
        Tensor expected = Tensor.of(right.get(i), found.get(i).shape().dims());
        String what = i == 0 ? "the output" : "gradient " + (i - 1);
        assertTrue(found.get(i).allClose(expected, 1e-4, 1e-4), "seed " + seed + ": " + what);
      }
    }
  }

  @Test
  void everyOrderOfAxesGivesWhatTheReferenceGives() {
    check(CALLS, AttentionLayoutsTest::operands);
  }

  @Test
  void longSequencesGiveWhatTheReferenceGives() {
    check(LONG_CALLS, AttentionLayoutsTest::longOnes);
  }

  @Test
  void longSequencesOfAHalfTypeGiveWhatFloat32Gives() {
    for (long seed = 0; seed < LONG_CALLS; seed++) {
      List<Tensor> halves = longOnes(seed).stream().map(t -> t.cast(DType.BFLOAT16)).toList();
      List<Tensor> wide = halves.stream().map(t -> t.cast(DType.FLOAT32)).toList();
      List<Tensor> found = results("onednn", seed, s -> halves);
      List<Tensor> right = results("onednn", seed, s -> wide);
      for (int i = 0; i < right.size(); i++) {
        Tensor error = found.get(i).cast(DType.FLOAT32).sub(right.get(i));
        double share = norm(error) / norm(right.get(i));
        assertTrue(share < 0.01, "seed " + seed + ": result " + i + " is off by " + share);
      }
    }
  }

  @Test
  void manyMatricesTakeNoMoreMemoryForTheirScores() {
    int threads = Mycel.threads();
    Mycel.setThreads(1);
    try (Scope scope = Scope.open()) {
      Generator numbers = new Generator(1);
      Tensor q = Random.randn(numbers, 64, 4, 64, 8);
      Tensor k = Random.randn(numbers, 64, 4, 600, 8);
      Tensor v = Random.randn(numbers, 64, 4, 600, 8);
      Mycel.trimMemory();
      long before = Mycel.memory().liveBytes();
      List<Tensor> in = List.of(q, k, v);
      Autograd.grad((List<Tensor> t) -> attention(t, false).sum()).apply(in);
      long taken = Mycel.memory().liveBytes() + Mycel.memory().cachedBytes() - before;
      // It takes 47 MiB; with room for the scores of every matrix it would take 64 more.
      assertTrue(taken < 72L << 20, "a gradient took " + taken + " bytes");
    } finally {
      Mycel.setThreads(threads);
    }
  }

  private static double norm(Tensor t) {
    return Math.sqrt(t.square().sum().item());
  }
}
