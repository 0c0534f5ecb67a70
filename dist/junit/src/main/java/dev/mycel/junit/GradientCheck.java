package dev.mycel.junit;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares gradients with central differences of fourth order along random directions: the gradient
 * of a function f along v with {@code (8 (f(x + hv) - f(x - hv)) - (f(x + 2hv) - f(x - 2hv))) /
 * 12h}, its second derivative with the same difference of the gradient. In float64 {@code h} is
 * 1e-3 and the tolerance 1e-6; the coarser the type, the larger are both.
 *
 * <p>A function with several outputs, or with outputs of several elements, is made a number by
 * random weights. For functions and cells, {@link MycelAssertions#assertGradients} is the shorter
 * way.
 */
public final class GradientCheck {
  /**
   * How to differ in a type: rounding errors grow by about 1.5 / step, and must stay below the
   * tolerance.
   */
  private record Fineness(double step, double tolerance) {
    static Fineness of(DType dtype) {
      return switch (dtype) {
        case FLOAT64 -> new Fineness(1e-3, 1e-6);
        case FLOAT32 -> new Fineness(0x1p-5, 2e-2);
        case FLOAT16 -> new Fineness(0x1p-3, 5e-2);
        default -> new Fineness(0x1p-2, 1e-1);
      };
    }
  }

  private final Function<List<Tensor>, List<Tensor>> function;
  private final List<Tensor> at;
  private final List<String> names;
  private final long seed;
  private final Fineness fineness;

  /**
   * A check.
   *
   * @param function of the tensors to vary to its outputs, of which the floats count
   * @param at where: floats
   * @param names what messages call those tensors
   * @param seed of directions and weights
   */
  public GradientCheck(
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> at,
      List<String> names,
      long seed) {
    this(function, at, names, seed, coarsest(at));
  }

  GradientCheck(
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> at,
      List<String> names,
      long seed,
      DType precision) {
    this.function = function;
    this.at = List.copyOf(at);
    this.names = List.copyOf(names);
    this.seed = seed;
    this.fineness = Fineness.of(precision);
  }

  /** The float type of the least bytes among the tensors. */
  static DType coarsest(List<Tensor> tensors) {
    return tensors.stream()
        .map(Tensor::dtype)
        .filter(DType::isFloat)
        .min(Comparator.comparingInt(DType::bytes).thenComparing(d -> d == DType.FLOAT16))
        .orElse(DType.FLOAT64);
  }

  /** A derivative and what it is the derivative of. */
  private record Claim(
      String what,
      Function<List<Tensor>, Tensor> value,
      Function<List<Tensor>, List<Tensor>> gradient) {}

  /**
   * What is wrong, or null: the kind of derivative, the place of the largest deviation, its
   * analytic and its numeric value.
   *
   * @param order 1 for the gradient, 2 for its derivative too
   */
  public @Nullable String difference(int order) {
    SplittableRandom random = new SplittableRandom(seed);
    long weights = random.nextLong();
    Function<List<Tensor>, Tensor> scalar = x -> weighted(function.apply(x), weights);
    List<Tensor> along = directions(random);
    Claim first = new Claim("gradient", scalar, Autograd.grad(scalar));
    String wrong = compare(first, along);
    if (wrong != null || order < 2) {
      return wrong;
    }
    Function<List<Tensor>, Tensor> slope = x -> inner(Autograd.grad(scalar).apply(x), along);
    Claim second = new Claim("second derivative", slope, Autograd.grad(slope));
    return compare(second, directions(random));
  }

  /** Two values of the function at the same place; they differ if it draws random numbers. */
  double[] twice() {
    long weights = new SplittableRandom(seed).nextLong();
    Function<List<Tensor>, Tensor> scalar = x -> weighted(function.apply(x), weights);
    return new double[] {number(scalar, at), number(scalar, at)};
  }

  // ---- comparing --------------------------------------------------------------------------------

  private @Nullable String compare(Claim claim, List<Tensor> along) {
    double expected = numeric(claim, along);
    double found = number(x -> inner(claim.gradient().apply(x), along), at);
    double size = Math.max(1, Math.abs(number(claim.value(), at)));
    double allowed = fineness.tolerance() * Math.max(size, Math.abs(expected));
    return Math.abs(found - expected) <= allowed ? null : describe(claim, along, found, expected);
  }

  private double numeric(Claim claim, List<Tensor> along) {
    double h = fineness.step();
    Function<List<Tensor>, Tensor> f = claim.value();
    double near = number(f, moved(along, h)) - number(f, moved(along, -h));
    double far = number(f, moved(along, 2 * h)) - number(f, moved(along, -2 * h));
    return (8 * near - far) / (12 * h);
  }

  private String describe(Claim claim, List<Tensor> along, double found, double expected) {
    Messages text = Messages.of("the " + claim.what() + " differs from finite differences");
    Place place = locate(claim, along);
    return text.line("place    ", names.get(place.tensor()) + place.index(at))
        .line("analytic ", place.analytic())
        .line("numeric  ", place.numeric())
        .line("direction", "analytic " + found + ", numeric " + expected)
        .line("seed     ", seed)
        .text();
  }

  // ---- where ------------------------------------------------------------------------------------

  /** An element and its two derivatives. */
  private record Place(int tensor, int element, double analytic, double numeric) {
    String index(List<Tensor> at) {
      Shape shape = at.get(tensor).shape();
      return shape.rank() == 0 ? "" : " at " + Indices.text(shape, element);
    }
  }

  /** Follows the half of the direction that deviates more, down to one element. */
  private Place locate(Claim claim, List<Tensor> along) {
    double[][] gradient = new double[at.size()][];
    try (Scope scope = Scope.open()) {
      List<Tensor> analytic = claim.gradient().apply(at);
      Arrays.setAll(gradient, i -> analytic.get(i).toDoubleArray());
    }
    double[][] v = new double[at.size()][];
    Arrays.setAll(v, i -> along.get(i).toDoubleArray());
    int tensor = 0;
    double largest = -1;
    for (int i = 0; i < v.length; i++) {
      double off = v[i].length == 0 ? -1 : off(claim, gradient[i], v[i], i, 0, v[i].length);
      if (off > largest) {
        largest = off;
        tensor = i;
      }
    }
    double[] g = gradient[tensor];
    int from = 0;
    int to = v[tensor].length;
    while (to - from > 1) {
      int middle = (from + to) >>> 1;
      double left = off(claim, g, v[tensor], tensor, from, middle);
      double right = off(claim, g, v[tensor], tensor, middle, to);
      from = left >= right ? from : middle;
      to = left >= right ? middle : to;
    }
    double[] unit = new double[v[tensor].length];
    unit[from] = 1;
    return new Place(tensor, from, g[from], numeric(claim, only(tensor, unit)));
  }

  /** How far the derivative along a part of the direction is off; NaN counts as far. */
  private double off(Claim claim, double[] gradient, double[] v, int tensor, int from, int to) {
    double[] part = new double[v.length];
    double analytic = 0;
    for (int i = from; i < to; i++) {
      part[i] = v[i];
      analytic += gradient[i] * v[i];
    }
    double off = Math.abs(analytic - numeric(claim, only(tensor, part)));
    return Double.isNaN(off) ? Double.MAX_VALUE : off;
  }

  /** A direction that is zero but for one tensor. */
  private List<Tensor> only(int tensor, double[] values) {
    List<Tensor> direction = new ArrayList<>();
    for (int i = 0; i < at.size(); i++) {
      Tensor like = at.get(i);
      double[] v = i == tensor ? values : new double[(int) like.size()];
      direction.add(Tensor.of(v, like.dtype()).reshape(like.shape().dims()));
    }
    return direction;
  }

  // ---- numbers ----------------------------------------------------------------------------------

  private static double number(Function<List<Tensor>, Tensor> f, List<Tensor> x) {
    try (Scope scope = Scope.open()) {
      return f.apply(x).item();
    }
  }

  private List<Tensor> moved(List<Tensor> along, double step) {
    List<Tensor> moved = new ArrayList<>();
    for (int i = 0; i < at.size(); i++) {
      moved.add(at.get(i).add(along.get(i).mul(step)));
    }
    return moved;
  }

  /** Random directions of about unit length. */
  private List<Tensor> directions(SplittableRandom random) {
    List<Tensor> directions = new ArrayList<>();
    long all = Math.max(1, at.stream().mapToLong(Tensor::size).sum());
    for (Tensor x : at) {
      directions.add(uniform(x, random, 2 / Math.sqrt(all)));
    }
    return directions;
  }

  private static Tensor uniform(Tensor like, SplittableRandom random, double bound) {
    double[] v = new double[(int) like.size()];
    for (int i = 0; i < v.length; i++) {
      v[i] = bound * (2 * random.nextDouble() - 1);
    }
    return Tensor.of(v, like.dtype()).reshape(like.shape().dims());
  }

  /** The sum of the float outputs' elements, with random weights that depend on the seed alone. */
  private static Tensor weighted(List<Tensor> outputs, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Tensor> floats = outputs.stream().filter(t -> t.dtype().isFloat()).toList();
    List<Tensor> weights = floats.stream().map(t -> uniform(t, random, 1)).toList();
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
