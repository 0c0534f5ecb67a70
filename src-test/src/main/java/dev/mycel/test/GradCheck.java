package dev.mycel.test;

import dev.mycel.autograd.Autograd;
import dev.mycel.autograd.Jvp;
import dev.mycel.autograd.Vjp;
import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import dev.mycel.junit.GradientCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
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

  /**
   * Checks that forward mode is the transpose of reverse mode at a row's inputs: {@code <u, J v>}
   * equals {@code <J^T u, v>} for random u and v, with J v from the one and J^T u from the other.
   *
   * @throws AssertionError if it is not; the message names row and seed
   */
  public static void checkDuality(OpSample<?> row, DType dtype, long seed) {
    Point at = Point.of(row, dtype, seed);
    if (at.varied().isEmpty()) {
      return;
    }
    SplittableRandom random = new SplittableRandom(seed);
    List<Tensor> v = directions(at.varied(), random);
    Function<List<Tensor>, List<Tensor>> f = at.function(row, dtype);
    Jvp<List<Tensor>> forward = Autograd.jvp(f, at.varied(), v);
    try (Vjp<List<Tensor>, List<Tensor>> reverse = Autograd.vjp(f, at.varied())) {
      List<Tensor> u = directions(reverse.out(), random);
      double ahead = inner(u, forward.tangent());
      double back = inner(reverse.pull(u), v);
      boolean equal = Double.compare(ahead, back) == 0;
      if (!equal && !(Math.abs(ahead - back) <= 1e-9 * Math.max(1, Math.abs(back)))) {
        throw new AssertionError(
            row.name()
                + ": <u, J v> is "
                + ahead
                + ", <J^T u, v> is "
                + back
                + " (seed "
                + seed
                + ")");
      }
    }
  }

  private static List<Tensor> directions(List<Tensor> like, SplittableRandom random) {
    List<Tensor> directions = new ArrayList<>();
    for (Tensor t : like) {
      double[] v = new double[(int) t.size()];
      Arrays.setAll(v, i -> 2 * random.nextDouble() - 1);
      directions.add(HostValues.of(t.dtype(), t.shape(), v).toTensor());
    }
    return directions;
  }

  private static double inner(List<Tensor> x, List<Tensor> y) {
    double sum = 0;
    for (int i = 0; i < x.size(); i++) {
      sum += x.get(i).mul(y.get(i)).sum().item();
    }
    return sum;
  }

  /** A row's inputs as drawn with a seed, and those of them that are varied. */
  private record Point(Tensor[] inputs, List<Tensor> varied) {
    static Point of(OpSample<?> row, DType dtype, long seed) {
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
      return new Point(inputs, varied);
    }

    /** The row's floating-point results as a function of what is varied. */
    Function<List<Tensor>, List<Tensor>> function(OpSample<?> row, DType dtype) {
      return t ->
          Arrays.stream(row.run(dtype, merged(row, dtype, inputs, t)))
              .filter(y -> y.dtype().isFloat())
              .toList();
    }
  }

  private static @Nullable String difference(OpSample<?> row, DType dtype, int order, long seed) {
    Point at = Point.of(row, dtype, seed);
    return at.varied().isEmpty()
        ? null
        : difference(at.function(row, dtype), at.varied(), order, seed);
  }

  private static @Nullable String pinnedDifference(OpSample<?> row, DType dtype) {
    double[][] pinned = row.pinned();
    if (pinned == null) {
      return null;
    }
    Point at = Point.of(row, dtype, 0);
    List<Tensor> found =
        Autograd.grad((List<Tensor> t) -> row.run(dtype, merged(row, dtype, at.inputs(), t))[0])
            .apply(at.varied());
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
