package dev.mycel.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.MissingRuleException;
import dev.mycel.core.Ops;
import dev.mycel.core.Primitive;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.test.Draw;
import dev.mycel.test.OpSample;
import dev.mycel.test.OpSamples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every sample over slices against a loop over them, on the reference backend: with all inputs
 * sliced, and with each alone.
 */
@MycelTest
final class VmapTest {
  private static final int SLICES = 3;
  private String before = "";

  @BeforeEach
  void useReference() {
    before = Interpreters.root().device().backend();
    Interpreters.root().useBackend("reference");
  }

  @AfterEach
  void restore() {
    Interpreters.root().useBackend(before);
  }

  /** The inputs of all slices, which of them differ, and the function of one slice. */
  private record Batched(List<List<Tensor>> slices, int[] axes) {
    static Batched of(OpSample<?> row, DType dtype, int only) {
      List<List<Tensor>> slices = new ArrayList<>();
      int[] axes = new int[row.inputs().size()];
      Arrays.fill(axes, only < 0 ? 0 : Vmap.NONE);
      if (only >= 0) {
        axes[only] = 0;
      }
      for (int s = 0; s < SLICES; s++) {
        double[][] own = row.draw(41 + s, dtype);
        double[][] shared = row.draw(41, dtype);
        List<Tensor> in = new ArrayList<>();
        for (int i = 0; i < axes.length; i++) {
          Draw draw = row.inputs().get(i);
          double[] numbers = axes[i] == 0 ? own[i] : shared[i];
          in.add(
              Tensor.of(numbers, DType.FLOAT64, numbers.length)
                  .reshape(draw.shape().dims())
                  .cast(draw.dtype(dtype)));
        }
        slices.add(in);
      }
      return new Batched(slices, axes);
    }

    List<Tensor> stacked() {
      List<Tensor> all = new ArrayList<>();
      for (int i = 0; i < axes.length; i++) {
        int input = i;
        all.add(
            axes[i] == 0
                ? Ops.stack(slices.stream().map(s -> s.get(input)).toList(), 0)
                : slices.get(0).get(i));
      }
      return all;
    }
  }

  private static Stream<OpSample<?>> rows() {
    return OpSamples.all().stream().filter(row -> !row.inputs().isEmpty());
  }

  private static DType type(OpSample<?> row) {
    return row.dtypes().contains(DType.FLOAT64) ? DType.FLOAT64 : row.dtypes().get(0);
  }

  @TestFactory
  Stream<DynamicTest> slicesAreComputedAsALoopWouldComputeThem() {
    return rows()
        .map(row -> dynamicTest(row.name(), () -> eachPattern(row, only -> compare(row, only))));
  }

  /** All inputs sliced, then each alone; a primitive without a rule is refused by its name. */
  private static void eachPattern(OpSample<?> row, IntConsumer check) {
    for (int only = -1; only < row.inputs().size(); only++) {
      try {
        check.accept(only);
      } catch (MissingRuleException e) {
        boolean named =
            Primitive.all().stream()
                .filter(p -> !BatchTable.covers(p))
                .anyMatch(p -> e.getMessage().startsWith("vmap: " + p + " has no batching rule"));
        assertTrue(named, e.getMessage());
      }
    }
  }

  private static void compare(OpSample<?> row, int only) {
    DType dtype = type(row);
    Batched batched = Batched.of(row, dtype, only);
    Function<List<Tensor>, List<Tensor>> f = t -> List.of(row.run(dtype, t.toArray(Tensor[]::new)));
    List<Tensor> found = Autograd.vmap(f).inAxes(batched.axes()).apply(batched.stacked());
    same(row.name() + ", input " + only, found, batched.slices().stream().map(f).toList());
  }

  @TestFactory
  Stream<DynamicTest> slicesOfGradientsAndGradientsOfSlicesAreThoseOfALoop() {
    return rows()
        .filter(row -> row.gradOrder() > 0 && row.dtypes().contains(DType.FLOAT64))
        .map(
            row ->
                dynamicTest(
                    row.name(), () -> eachPattern(row, only -> compareGradients(row, only))));
  }

  private static void compareGradients(OpSample<?> row, int only) {
    Batched batched = Batched.of(row, DType.FLOAT64, only);
    Function<List<Tensor>, Tensor> f =
        t -> weighted(row.run(DType.FLOAT64, t.toArray(Tensor[]::new)));
    Function<List<Tensor>, List<Tensor>> g = Autograd.grad(f);
    List<List<Tensor>> right = batched.slices().stream().map(g).toList();
    Vmap<List<Tensor>, List<Tensor>> slices = Autograd.vmap(g).inAxes(batched.axes());
    same(row.name() + ", slices of gradients", slices.apply(batched.stacked()), right);
    if (only < 0) {
      List<Tensor> whole = Autograd.grad(Autograd.vmap(f)).apply(batched.stacked());
      same(row.name() + ", gradients of slices", whole, right);
    }
  }

  /** A sum in which no two elements count alike. */
  private static Tensor weighted(Tensor[] results) {
    Tensor sum = Ops.scalar(0, DType.FLOAT64);
    for (Tensor y : results) {
      if (y.dtype().isFloat()) {
        Tensor w = Ops.arange(0, y.size(), 1, DType.FLOAT64).mul(0.7).sin();
        sum = sum.add(y.cast(DType.FLOAT64).reshape(-1).mul(w).sum());
      }
    }
    return sum;
  }

  private static double[] numbers(Tensor t) {
    return t.cast(DType.FLOAT64).reshape(-1).toDoubleArray();
  }

  private static void same(String what, List<Tensor> found, List<List<Tensor>> right) {
    for (int i = 0; i < found.size(); i++) {
      Shape one = right.get(0).get(i).shape();
      assertEquals(one.insert(0, SLICES), found.get(i).shape(), what);
      assertEquals(right.get(0).get(i).dtype(), found.get(i).dtype(), what);
      double[] got = numbers(found.get(i));
      for (int s = 0; s < SLICES; s++) {
        double[] wanted = numbers(right.get(s).get(i));
        for (int k = 0; k < wanted.length; k++) {
          double a = got[s * wanted.length + k];
          double b = wanted[k];
          double allowed = 1e-9 * Math.max(1, Math.abs(b));
          int slice = s;
          int element = k;
          assertTrue(
              Double.compare(a, b) == 0 || Math.abs(a - b) <= allowed,
              () -> what + ", slice " + slice + ", element " + element + ": " + a + ", not " + b);
        }
      }
    }
  }
}
