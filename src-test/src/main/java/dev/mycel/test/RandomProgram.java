package dev.mycel.test;

import static dev.mycel.core.None.NONE;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A short program of views and operations that depends on its seed alone, so that two backends can
 * run the same.
 */
final class RandomProgram {
  private static final int STEPS = 6;
  private static final List<Primitive<None>> BINARY =
      List.of(Prims.ADD, Prims.SUB, Prims.MUL, Prims.MAX, Prims.MIN);
  private static final List<DType> TYPES =
      List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64, DType.FLOAT32);

  private final SplittableRandom random;
  private final DType dtype;
  private final List<String> steps = new ArrayList<>();

  RandomProgram(long seed) {
    random = new SplittableRandom(seed);
    dtype = TYPES.get(random.nextInt(TYPES.size()));
  }

  /** Runs it on the current backend; one result per step. */
  Tensor[] run() {
    List<Tensor> results = new ArrayList<>();
    Tensor x = draw(shape());
    for (int i = 0; i < STEPS; i++) {
      x = step(x);
      results.add(x);
      if (x.size() > 5000) {
        x = draw(shape());
      }
    }
    return results.toArray(Tensor[]::new);
  }

  /** What its steps are. */
  String describe() {
    run();
    return dtype + " " + steps;
  }

  private Shape shape() {
    long[] dims = new long[random.nextInt(5)];
    Arrays.setAll(dims, i -> random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(9));
    return Shape.of(dims);
  }

  private Tensor draw(Shape shape) {
    steps.add("draw" + shape);
    double[] v = new double[(int) shape.size()];
    // Whole multiples of an eighth: sums and small products are exact, whatever their order.
    Arrays.setAll(v, i -> (random.nextInt(33) - 16) / (dtype.isFloat() ? 8.0 : 1.0));
    return HostValues.of(dtype, shape, v).toTensor();
  }

  private Tensor step(Tensor x) {
    int rank = x.rank();
    int kind = random.nextInt(9);
    steps.add(kind + ":" + x.shape());
    return switch (rank == 0 && kind < 6 ? 6 : kind) {
      case 0 -> Interpreters.bind(Prims.TRANSPOSE, new Attrs.Permutation(order(rank)), x);
      case 1 -> slice(x);
      case 2 -> Interpreters.bind(Prims.FLIP, new Attrs.Axes(random.nextInt(rank)), x);
      case 3 -> Interpreters.bind(Prims.REDUCE_SUM, new Attrs.Axes(random.nextInt(rank)), x);
      case 4 ->
          Interpreters.bind(Prims.CUMSUM, new Attrs.Scan(random.nextInt(rank), false, false), x);
      case 5 -> product(x);
      case 6 -> wider(x);
      case 7 -> Interpreters.bind(Prims.COPY, NONE, x);
      default -> binary(x);
    };
  }

  private int[] order(int rank) {
    int[] order = new int[rank];
    Arrays.setAll(order, i -> i);
    for (int i = rank - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  private Tensor slice(Tensor x) {
    long[] starts = new long[x.rank()];
    long[] sizes = new long[x.rank()];
    long[] steps = new long[x.rank()];
    for (int i = 0; i < starts.length; i++) {
      long n = x.dim(i);
      steps[i] = 1L + random.nextInt(2);
      starts[i] = n == 0 ? 0 : random.nextInt((int) n);
      sizes[i] = (n - starts[i] + steps[i] - 1) / steps[i];
    }
    return Interpreters.bind(Prims.SLICE, new Attrs.Slice(starts, Shape.of(sizes), steps), x);
  }

  private Tensor product(Tensor x) {
    if (x.rank() < 2) {
      return binary(x);
    }
    long[] other = x.shape().dims();
    other[x.rank() - 2] = x.dim(-1);
    other[x.rank() - 1] = 1L + random.nextInt(5);
    return Interpreters.bind(Prims.MATMUL, NONE, x, draw(Shape.of(other)));
  }

  private Tensor wider(Tensor x) {
    if (x.rank() > 4) {
      return x;
    }
    Shape wide = x.shape().insert(0, 1 + random.nextInt(3));
    return Interpreters.bind(Prims.BROADCAST_TO, new Attrs.To(wide), x);
  }

  private Tensor binary(Tensor x) {
    Primitive<None> p = BINARY.get(random.nextInt(BINARY.size()));
    Tensor y = draw(x.shape().rank() > 0 ? x.shape().with(0, 1) : x.shape());
    Tensor wide = Interpreters.bind(Prims.BROADCAST_TO, new Attrs.To(x.shape()), y);
    return Interpreters.bind(p, NONE, x, wide);
  }
}
