package dev.mycel.test;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import dev.mycel.junit.GradientCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares the gradients of sample rows with finite differences (see {@link GradientCheck}), in
 * float64 unless a backend lacks it, and with the ones that a row pins.
 */
public final class GradCheck {
  private GradCheck() {}

  /**
   * Checks a function of tensors at a point; every tensor of the point is varied, so each must be a
   * float.
   *
   * @param f any function of tensors to a tensor
   * @param at where
   * @param order 1 for the gradient, 2 for its derivative too
   * @param seed of the directions
   * @throws AssertionError if they differ; the message names the seed
   */
  public static void check(
      Function<List<Tensor>, Tensor> f, List<Tensor> at, int order, long seed) {
    String wrong = difference(t -> List.of(f.apply(t)), at, order, seed);
    if (wrong != null) {
      throw new AssertionError(wrong + " (seed " + seed + ")");
    }
  }

  /**
   * Checks a row's gradients at its own inputs, drawn with the seed.
   *
   * @throws AssertionError if they differ; the message names row and seed
   */
  public static void check(OpSample<?> row, DType dtype, int order, long seed) {
    String wrong = difference(row, dtype, order, seed);
    if (wrong != null) {
      throw new AssertionError(row.name() + " of " + dtype + ": " + wrong + " (seed " + seed + ")");
    }
  }

  /**
   * Checks that a row's gradients are the ones it pins.
   *
   * @throws AssertionError if they are not; the message names the row
   */
  public static void checkPinned(OpSample<?> row, DType dtype) {
    String wrong = pinnedDifference(row, dtype);
    if (wrong != null) {
      throw new AssertionError(row.name() + " of " + dtype + ": " + wrong);
    }
  }

  private static @Nullable String difference(OpSample<?> row, DType dtype, int order, long seed) {
    double[][] numbers = row.draw(seed, dtype);
    List<Tensor> varied = new ArrayList<>();
    Tensor[] inputs = new Tensor[numbers.length];
    for (int i = 0; i < inputs.length; i++) {
      Draw draw = row.inputs().get(i);
      inputs[i] = HostValues.of(draw.dtype(dtype), draw.shape(), numbers[i]).toTensor();
      if (draw.isVaried(dtype)) {
        varied.add(inputs[i]);
      }
    }
    if (varied.isEmpty()) {
      return null;
    }
    return difference(
        t -> List.of(row.run(dtype, merged(row, dtype, inputs, t))), varied, order, seed);
  }

  private static @Nullable String pinnedDifference(OpSample<?> row, DType dtype) {
    double[][] pinned = row.pinned();
    if (pinned == null) {
      return null;
    }
    double[][] numbers = row.draw(0, dtype);
    List<Tensor> varied = new ArrayList<>();
    Tensor[] inputs = new Tensor[numbers.length];
    for (int i = 0; i < inputs.length; i++) {
      Draw draw = row.inputs().get(i);
      inputs[i] = HostValues.of(draw.dtype(dtype), draw.shape(), numbers[i]).toTensor();
      if (draw.isVaried(dtype)) {
        varied.add(inputs[i]);
      }
    }
    List<Tensor> found =
        Autograd.grad((List<Tensor> t) -> row.run(dtype, merged(row, dtype, inputs, t))[0])
            .apply(varied);
    for (int i = 0; i < pinned.length; i++) {
      String wrong =
          Tolerance.difference(
              HostValues.of(found.get(i)).numbers(), pinned[i], Tolerance.of(dtype));
      if (wrong != null) {
        return "gradient of input " + i + ": " + wrong;
      }
    }
    return null;
  }

  private static Tensor[] merged(
      OpSample<?> row, DType dtype, Tensor[] inputs, List<Tensor> varied) {
    Tensor[] all = inputs.clone();
    int next = 0;
    for (int i = 0; i < all.length; i++) {
      if (row.inputs().get(i).isVaried(dtype)) {
        all[i] = varied.get(next++);
      }
    }
    return all;
  }

  private static @Nullable String difference(
      Function<List<Tensor>, List<Tensor>> f, List<Tensor> at, int order, long seed) {
    List<String> names = IntStream.range(0, at.size()).mapToObj(i -> "input " + i).toList();
    return new GradientCheck(f, at, names, seed).difference(order);
  }
}
