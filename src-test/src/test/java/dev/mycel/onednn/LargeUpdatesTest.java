package dev.mycel.onednn;

import static dev.mycel.onednn.LargeProductsTest.close;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps on so many weights that blocks of them are updated by the library's primitives. */
class LargeUpdatesTest {
  private static final int STEPS = 4;

  /** One of each size of blocks, some of the smallest, and a rest that fills none. */
  private static final int SIZE = (1 << 17) + (1 << 16) + (1 << 14) + 3 * (1 << 13) + 777;

  /** A rule with its numbers. */
  private record Rule<A>(Primitive<A> primitive, A attrs, double rate, int... first) {
    Tensor[] others(long seed, int size, int step) {
      Tensor gradient = Random.randn(new Generator(seed), size);
      Tensor scalar = Ops.scalar(rate / (step + 1), DType.FLOAT32);
      return first.length == 0
          ? new Tensor[] {gradient, scalar}
          : new Tensor[] {gradient, scalar, Ops.scalar(step < first[0] ? 1 : 0, DType.FLOAT32)};
    }

    void update(Variable[] state, Tensor[] others) {
      Interpreters.top().update(primitive, attrs, state, others);
    }
  }

  static List<Rule<?>> rules() {
    List<Rule<?>> rules = new ArrayList<>();
    for (double decay : new double[] {0, 0.2}) {
      rules.add(new Rule<>(Prims.SGD_UPDATE, new Attrs.Sgd(0, 0, decay, false), 0.1, 0));
      for (boolean nesterov : new boolean[] {false, true}) {
        rules.add(new Rule<>(Prims.SGD_UPDATE, new Attrs.Sgd(0.8, 0, decay, nesterov), 0.1, 1));
        rules.add(new Rule<>(Prims.MOMENTUM_UPDATE, new Attrs.Momentum(.8, decay, nesterov), 0.1));
        Attrs.Adam adam = new Attrs.Adam(0.7, 0.9, 1e-4, decay, nesterov);
        rules.add(new Rule<>(Prims.ADAM_UPDATE, adam, 0.1));
      }
      rules.add(new Rule<>(Prims.SGD_UPDATE, new Attrs.Sgd(0.8, 0.3, decay, false), 0.1, 1));
      rules.add(
          new Rule<>(
              Prims.ADAM_WEIGHT_DECAY_UPDATE, new Attrs.Adam(.7, .9, 1e-4, decay, false), 0.1));
    }
    rules.add(new Rule<>(Prims.ADAM_UPDATE, new Attrs.Adam(0.7, 0.9, 1e-42, 0, false), 0.1));
    return rules;
  }

  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  private static int states(Rule<?> rule) {
    return rule.attrs() instanceof Attrs.Adam ? 3 : 2;
  }

  /** Weights and states after some steps. */
  private static float[][] after(String backend, Rule<?> rule, int size, boolean shared) {
    Mycel.setBackend(backend);
    Variable[] state = new Variable[states(rule)];
    for (int i = 0; i < state.length; i++) {
      Tensor start = Random.randn(new Generator(40 + i), size);
      state[i] = new Variable(i == 2 ? start.square() : start);
    }
    List<Tensor> held = new ArrayList<>();
    List<float[]> copies = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      if (shared) { // somebody else still reads the old values
        for (Variable v : state) {
          Tensor old = v.value().reshape(size);
          held.add(old);
          copies.add(old.toFloatArray());
        }
      }
      rule.update(state, rule.others(step, size, step));
    }
    for (int i = 0; i < held.size(); i++) {
      assertArrayEquals(copies.get(i), held.get(i).toFloatArray(), "old value " + i);
    }
    return Arrays.stream(state).map(v -> v.value().toFloatArray()).toArray(float[][]::new);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void largeUpdatesGiveWhatTheReferenceGives(Rule<?> rule) {
    for (int size : new int[] {8191, 8192, 8193, SIZE}) {
      float[][] right = after("reference", rule, size, false);
      float[][] found = after("onednn", rule, size, false);
      for (int i = 0; i < right.length; i++) {
        close(right[i], found[i], rule + ", " + size + " elements, state " + i, 1e-6);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void valuesThatAreSharedStayAndTheResultHasTheSameBits(Rule<?> rule) {
    float[][] alone = after("onednn", rule, SIZE, false);
    float[][] shared = after("onednn", rule, SIZE, true);
    for (int i = 0; i < alone.length; i++) {
      assertArrayEquals(alone[i], shared[i], rule + ", state " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void anElementsResultDependsNeitherOnItsBlockNorOnThreads(Rule<?> rule) {
    Mycel.setBackend("onednn");
    int before = Mycel.threads();
    try {
      float[][][] results = new float[3][][];
      for (int threads = 1; threads <= results.length; threads++) {
        Mycel.setThreads(threads);
        results[threads - 1] = after("onednn", rule, SIZE, false);
      }
      for (float[][] other : results) {
        for (int i = 0; i < other.length; i++) {
          assertArrayEquals(results[0][i], other[i], rule + ", state " + i);
        }
      }
    } finally {
      Mycel.setThreads(before);
    }
  }

  @Test
  void whatIsNoNumberStaysWithItsElement() {
    for (Rule<?> rule : rules()) {
      Mycel.setBackend("onednn");
      int size = 8192;
      Variable[] state = new Variable[states(rule)];
      for (int i = 0; i < state.length; i++) {
        state[i] = new Variable(Ops.ones(size));
      }
      Tensor[] others = rule.others(1, size, 2);
      float[] gradient = others[0].toFloatArray();
      gradient[5] = Float.NaN;
      gradient[7000] = Float.POSITIVE_INFINITY;
      gradient[8000] = 0;
      others[0] = Tensor.of(gradient, size);
      rule.update(state, others);
      float[] w = state[0].value().toFloatArray();
      for (int i = 0; i < size; i++) {
        assertEquals(
            i == 5 || i == 7000, Float.isNaN(w[i]) || Float.isInfinite(w[i]), rule + " " + i);
      }
    }
  }

  @Test
  void weightsWithoutAGradientStayHoweverSmallEpsilonIs() {
    Mycel.setBackend("onednn");
    int size = 8192;
    for (double epsilon : new double[] {1e-8, 1e-37, 1e-42}) {
      for (var primitive : List.of(Prims.ADAM_UPDATE, Prims.ADAM_WEIGHT_DECAY_UPDATE)) {
        Variable[] state = {
          new Variable(Ops.ones(size)), new Variable(Ops.zeros(size)), new Variable(Ops.zeros(size))
        };
        Attrs.Adam attrs = new Attrs.Adam(0.9, 0.999, epsilon, 0, false);
        new Rule<>(primitive, attrs, 0.1)
            .update(state, new Tensor[] {Ops.zeros(size), Ops.scalar(0.1, DType.FLOAT32)});
        for (float w : state[0].value().toFloatArray()) {
          assertEquals(1, w, primitive + ", epsilon " + epsilon);
        }
      }
    }
  }
}
