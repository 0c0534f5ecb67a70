package dev.mycel.checkpoint.names;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The usual changes of a value between frameworks. Each takes one source and prints as a text map
 * writes it. Axes count from 0.
 */
public final class Transforms {
  private static final ValueTransform IDENTITY = single("", s -> s, t -> t, null);

  private Transforms() {}

  /** The value as it is. */
  public static ValueTransform identity() {
    return IDENTITY;
  }

  /** Swaps the two axes of a matrix: [in, out] becomes [out, in]. */
  public static ValueTransform transpose() {
    return permuting("transpose", 1, 0);
  }

  /** Puts the axes into another order: axis i of the result is axis {@code order[i]}. */
  public static ValueTransform permute(int... order) {
    return permuting("permute " + joined(order), order);
  }

  private static ValueTransform permuting(String text, int... order) {
    int[] axes = checkedOrder("permute", order);
    UnaryOperator<Shape> shape =
        s -> {
          if (s.rank() != axes.length) {
            throw new ArgumentException(
                text + " needs " + axes.length + " axes, not those of " + s);
          }
          return Shape.of(Arrays.stream(axes).mapToLong(s::dim).toArray());
        };
    int[] back = inverseOrder(axes);
    String backText = text.equals("transpose") ? text : "permute " + joined(back);
    return single(text, shape, t -> t.permute(axes), () -> permuting(backText, back));
  }

  /** Gives the elements, in row-major order, that shape. It does not know its way back. */
  public static ValueTransform reshape(long... shape) {
    return reshaping("reshape " + joined(shape), null, Shape.of(shape));
  }

  /** Gives values of one shape another one; the way back is known. */
  public static ValueTransform reshape(Shape from, Shape to) {
    if (from.size() != to.size()) {
      throw new ArgumentException("reshape: " + from + " and " + to + " differ in their elements");
    }
    String text = "reshape " + joined(from.dims()) + " to " + joined(to.dims());
    return reshaping(text, from, to);
  }

  private static ValueTransform reshaping(String text, @Nullable Shape from, Shape to) {
    UnaryOperator<Shape> shape =
        s -> {
          if (from == null ? s.size() != to.size() : !from.equals(s)) {
            throw new ArgumentException(
                from == null
                    ? text + ": " + s + " has not the " + to.size() + " elements of " + to
                    : text + ": the shape is " + s);
          }
          return to;
        };
    return single(text, shape, t -> t.reshape(to), from == null ? null : () -> reshape(to, from));
  }

  /** Puts an axis of extent 1 before that axis, or at the end: [a, b] becomes [a, 1, b] for 1. */
  public static ValueTransform expandDims(int axis) {
    checkedAxis("expand", axis);
    UnaryOperator<Shape> shape =
        s -> {
          if (axis > s.rank()) {
            throw new ArgumentException("expand " + axis + ": " + s + " has too few axes");
          }
          long[] dims = new long[s.rank() + 1];
          for (int i = 0; i < dims.length; i++) {
            dims[i] = i < axis ? s.dim(i) : i == axis ? 1 : s.dim(i - 1);
          }
          return Shape.of(dims);
        };
    return single("expand " + axis, shape, t -> t.expandDims(axis), () -> squeeze(axis));
  }

  /** Takes an axis of extent 1 away. */
  public static ValueTransform squeeze(int axis) {
    checkedAxis("squeeze", axis);
    UnaryOperator<Shape> shape =
        s -> {
          if (axis >= s.rank() || s.dim(axis) != 1) {
            throw new ArgumentException(
                "squeeze " + axis + ": " + s + " has no axis " + axis + " of extent 1");
          }
          long[] dims = s.dims();
          return Shape.of(
              IntStream.range(0, dims.length)
                  .filter(i -> i != axis)
                  .mapToLong(i -> dims[i])
                  .toArray());
        };
    return single("squeeze " + axis, shape, t -> t.squeeze(axis), () -> expandDims(axis));
  }

  /**
   * Cuts an axis into as many equal blocks as the order has numbers, and puts them into that order:
   * block i of the result is block {@code order[i]}. So gates come into another order.
   */
  public static ValueTransform reorder(int axis, int... order) {
    checkedAxis("reorder", axis);
    int[] blocks = checkedOrder("reorder", order);
    String text = "reorder " + axis + " " + joined(blocks);
    UnaryOperator<Shape> shape =
        s -> {
          if (axis >= s.rank() || s.dim(axis) % blocks.length != 0) {
            throw new ArgumentException(
                text + ": axis " + axis + " of " + s + " is not " + blocks.length + " blocks");
          }
          return s;
        };
    UnaryOperator<Tensor> value =
        t -> {
          long each = t.dim(axis) / blocks.length;
          List<Tensor> parts = new ArrayList<>();
          for (int block : blocks) {
            parts.add(t.narrow(axis, block * each, each));
          }
          return Ops.concat(parts, axis);
        };
    return single(text, shape, value, () -> reorder(axis, inverseOrder(blocks)));
  }

  /** The way back of a transform, for one that knows it. */
  interface Back {
    ValueTransform make();
  }

  /** A transform of one source; the shape operator refuses shapes that it does not take. */
  static ValueTransform single(
      String text, UnaryOperator<Shape> shape, UnaryOperator<Tensor> value, @Nullable Back back) {
    return new Single(text, shape, value, back);
  }

  private record Single(
      String text, UnaryOperator<Shape> shape, UnaryOperator<Tensor> value, @Nullable Back back)
      implements ValueTransform {
    @Override
    public ValueForm form(List<ValueForm> sources) {
      ValueForm source = only(sources);
      return source.with(shape.apply(source.shape()));
    }

    @Override
    public Tensor apply(List<Tensor> sources) {
      return value.apply(only(sources));
    }

    private <T> T only(List<T> sources) {
      if (sources.size() != 1) {
        throw new ArgumentException(text + " takes one source, not " + sources.size());
      }
      return sources.get(0);
    }

    @Override
    public Optional<ValueTransform> inverse() {
      if (text.isEmpty()) {
        return Optional.of(this);
      }
      return Optional.ofNullable(back).map(Back::make);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private static void checkedAxis(String what, int axis) {
    if (axis < 0 || axis >= 64) {
      throw new ArgumentException(what + ": an axis is a number from 0 to 63, got " + axis);
    }
  }

  private static int[] checkedOrder(String what, int... order) {
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    if (order.length == 0 || order.length > 64 || !Arrays.equals(sorted, upTo(order.length))) {
      throw new ArgumentException(
          what + ": an order has each number from 0 on once, got " + Arrays.toString(order));
    }
    return order.clone();
  }

  private static int[] upTo(int count) {
    return IntStream.range(0, count).toArray();
  }

  private static int[] inverseOrder(int... order) {
    int[] back = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      back[order[i]] = i;
    }
    return back;
  }

  private static String joined(int... numbers) {
    return Arrays.stream(numbers).mapToObj(Integer::toString).collect(Collectors.joining(","));
  }

  /** Numbers as a text map writes them. */
  static String joined(long... numbers) {
    return numbers.length == 0
        ? "scalar"
        : Arrays.stream(numbers).mapToObj(Long::toString).collect(Collectors.joining(","));
  }
}
