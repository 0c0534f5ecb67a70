package dev.mycel.test;

import dev.mycel.autograd.Autograd;
import dev.mycel.autograd.Jvp;
import dev.mycel.autograd.Vjp;
import dev.mycel.core.DType;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares gradients with central differences of fourth order along random directions, in float64
 * unless a backend lacks it. The gradient of a function f along v is compared with {@code (8 (f(x +
 * hv) - f(x - hv)) - (f(x + 2hv) - f(x - 2hv))) / 12h}; its second derivative with the same
 * difference of the gradient.
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
      double ahead = number(t -> inner(u, forward.tangent()), v);
      double back = number(t -> inner(reverse.pull(u), v), v);
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
          java.util.Arrays.stream(row.run(dtype, merged(row, dtype, inputs, t)))
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
    SplittableRandom random = new SplittableRandom(seed);
    long weights = random.nextLong();
    Function<List<Tensor>, Tensor> scalar = x -> weighted(f.apply(x), weights);
    List<Tensor> along = directions(at, random);
    Function<List<Tensor>, Tensor> slope = x -> inner(Autograd.grad(scalar).apply(x), along);
    String first = compare("gradient", scalar, slope, at, along);
    if (first != null || order < 2) {
      return first;
    }
    List<Tensor> second = directions(at, random);
    Function<List<Tensor>, Tensor> curvature = x -> inner(Autograd.grad(slope).apply(x), second);
    return compare("second derivative", slope, curvature, at, second);
  }

  private static @Nullable String compare(
      String what,
      Function<List<Tensor>, Tensor> f,
      Function<List<Tensor>, Tensor> derivative,
      List<Tensor> at,
      List<Tensor> along) {
    boolean wide = at.stream().allMatch(t -> t.dtype() == DType.FLOAT64);
    double h = wide ? 1e-3 : 0x1p-5;
    double near = number(f, moved(at, along, h)) - number(f, moved(at, along, -h));
    double far = number(f, moved(at, along, 2 * h)) - number(f, moved(at, along, -2 * h));
    double expected = (8 * near - far) / (12 * h);
    double found = number(derivative, at);
    double size = Math.max(1, Math.abs(number(f, at)));
    double allowed = (wide ? 1e-6 : 2e-2) * Math.max(size, Math.abs(expected));
    return Math.abs(found - expected) <= allowed
        ? null
        : what + " along a random direction is " + found + ", differences give " + expected;
  }

  private static double number(Function<List<Tensor>, Tensor> f, List<Tensor> x) {
    try (Scope scope = Scope.open()) {
      return HostValues.of(f.apply(x)).get(0);
    }
  }

  private static List<Tensor> moved(List<Tensor> x, List<Tensor> along, double step) {
    List<Tensor> moved = new ArrayList<>();
    for (int i = 0; i < x.size(); i++) {
      moved.add(x.get(i).add(along.get(i).mul(step)));
    }
    return moved;
  }

  /** Random directions of about unit length. */
  private static List<Tensor> directions(List<Tensor> like, SplittableRandom random) {
    List<Tensor> directions = new ArrayList<>();
    long all = Math.max(1, like.stream().mapToLong(Tensor::size).sum());
    for (Tensor x : like) {
      directions.add(uniform(x.shape(), x.dtype(), random, 2 / Math.sqrt(all)));
    }
    return directions;
  }

  private static Tensor uniform(Shape shape, DType dtype, SplittableRandom random, double bound) {
    double[] v = new double[(int) shape.size()];
    for (int i = 0; i < v.length; i++) {
      v[i] = bound * (2 * random.nextDouble() - 1);
    }
    return HostValues.of(dtype, shape, v).toTensor();
  }

  /**
   * The sum of the float outputs' elements, each with a random weight that depends on the seed
   * alone.
   */
  private static Tensor weighted(List<Tensor> outputs, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Tensor> floats = outputs.stream().filter(t -> t.dtype().isFloat()).toList();
    List<Tensor> weights =
        floats.stream().map(t -> uniform(t.shape(), t.dtype(), random, 1)).toList();
    return inner(floats, weights);
  }

  private static Tensor inner(List<Tensor> x, List<Tensor> y) {
    Tensor sum = x.get(0).mul(y.get(0)).sum();
    for (int i = 1; i < x.size(); i++) {
      sum = sum.add(x.get(i).mul(y.get(i)).sum());
    }
    return sum;
  }
}
