package dev.mycel.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import dev.mycel.junit.MycelTest;
import dev.mycel.test.Draw;
import dev.mycel.test.GradCheck;
import dev.mycel.test.OpSample;
import dev.mycel.test.OpSamples;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Forward mode of every sample that has a gradient, in float64 on the reference backend. */
@MycelTest
final class ForwardModeTest {
  private static final long[] SEEDS = {21, 22};
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

  private static Stream<OpSample<?>> rows() {
    return OpSamples.all().stream()
        .filter(row -> row.gradOrder() > 0 && row.dtypes().contains(DType.FLOAT64));
  }

  @TestFactory
  Stream<DynamicTest> forwardModeIsTheTransposeOfReverseMode() {
    return rows()
        .map(
            row ->
                dynamicTest(
                    row.name(),
                    () -> {
                      for (long seed : SEEDS) {
                        GradCheck.checkDuality(row, DType.FLOAT64, seed);
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> aRowOfForwardModeAgreesWithTheTransposedGradientRow() {
    return rows()
        .filter(row -> VjpTable.hasRow(row.primitive()))
        .map(row -> dynamicTest(row.name(), () -> compare(row)));
  }

  private static <A> void compare(OpSample<A> row) {
    double[][] numbers = row.draw(31, DType.FLOAT64);
    double[][] other = row.draw(32, DType.FLOAT64);
    Tensor[] in = new Tensor[numbers.length];
    @Nullable Tensor[] dx = new Tensor[in.length];
    ForwardMode mode = new ForwardMode(Interpreters.root());
    Tensor[] moved = new Tensor[in.length];
    for (int i = 0; i < in.length; i++) {
      Draw draw = row.inputs().get(i);
      in[i] = drawn(numbers[i], draw);
      if (draw.isVaried(DType.FLOAT64)) {
        Tensor d = drawn(other[i], draw);
        dx[i] = d;
        moved[i] = mode.dual(in[i], d);
      } else {
        moved[i] = in[i];
      }
    }
    if (Arrays.stream(dx).allMatch(d -> d == null)) {
      return;
    }
    Tensor[] found = Interpreters.under(mode, () -> row.run(DType.FLOAT64, moved));
    Tensor[] results = row.run(DType.FLOAT64, in);
    A attrs = row.attrs(DType.FLOAT64);
    Saved<A> saved = new Saved<>(attrs, types(in), types(results), in, results);
    VjpTable.Row<A> gradient = VjpTable.get().find(row.primitive());
    assertNotNull(gradient);
    @Nullable Tensor[] right = Transposed.push(gradient, saved, dx);
    for (int i = 0; i < found.length; i++) {
      same(row.name() + ", result " + i, mode.tangent(found[i]), right[i]);
    }
  }

  private static Tensor drawn(double[] numbers, Draw draw) {
    return Tensor.of(numbers, DType.FLOAT64, numbers.length)
        .reshape(draw.shape().dims())
        .cast(draw.dtype(DType.FLOAT64));
  }

  private static TensorType[] types(Tensor[] of) {
    return Arrays.stream(of).map(Tensor::type).toArray(TensorType[]::new);
  }

  /** Nothing that moves is a tangent of zeros. */
  private static void same(String what, @Nullable Tensor a, @Nullable Tensor b) {
    if (a == null || b == null) {
      Tensor only = a == null ? b : a;
      assertTrue(only == null || only.abs().sum().item() == 0, what);
      return;
    }
    assertEquals(b.shape(), a.shape(), what);
    double[] found = a.cast(DType.FLOAT64).reshape(-1).toDoubleArray();
    double[] right = b.cast(DType.FLOAT64).reshape(-1).toDoubleArray();
    for (int i = 0; i < right.length; i++) {
      boolean equal = Double.compare(found[i], right[i]) == 0;
      double allowed = 1e-9 * Math.max(1, Math.abs(right[i]));
      int element = i;
      assertTrue(
          equal || Math.abs(found[i] - right[i]) <= allowed,
          () -> what + ", element " + element + ": " + found[element] + ", not " + right[element]);
    }
  }
}
