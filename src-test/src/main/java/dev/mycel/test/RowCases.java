package dev.mycel.test;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cases of a row in one element type: its inputs in every layout and as scalars and empty
 * tensors, compared with the reference backend; then the row's oracle, float64 and the
 * decomposition.
 *
 * @param backend what is tested
 * @param layoutsMayChangeBits whether how inputs lie in memory may change last bits
 * @param seed of all numbers
 */
record RowCases(String backend, boolean layoutsMayChangeBits, long seed) {
  private static final String REFERENCE = "reference";
  private static final Shape LARGER = Shape.of(3, 19, 23);

  /** Cases by name; each throws an error if a result is wrong. */
  Map<String, Runnable> of(OpSample<?> row, DType dtype) {
    Map<String, Runnable> cases = new LinkedHashMap<>();
    for (Arrangement arrangement : Arrangement.values()) {
      if (arrangement == Arrangement.CONTIGUOUS || row.inputs().stream().anyMatch(RowCases::lies)) {
        String name = arrangement.name().toLowerCase(Locale.ROOT);
        cases.put(name, () -> check(compare(row, dtype, Point.of(row, dtype, seed), arrangement)));
      }
    }
    if (takesAnyShape(row)) {
      put(cases, "scalar", row, dtype, Shape.scalar());
      put(cases, "one element", row, dtype, Shape.of(1));
      put(cases, "empty", row, dtype, Shape.of(0, 3));
      // Kernels of native libraries often begin at a thousand elements.
      for (Arrangement arrangement : Arrangement.values()) {
        String name = arrangement.name().toLowerCase(Locale.ROOT) + ", larger";
        put(cases, name, row, dtype, LARGER, arrangement);
      }
    } else {
      for (Shape[] shapes : Empties.of(row, dtype)) {
        cases.put("empty " + Arrays.toString(shapes), () -> check(empty(row, dtype, shapes)));
      }
    }
    if (row.oracle() != null && (dtype.isFloat() || row.dtypes().size() == 1)) {
      cases.put("oracle", () -> check(oracle(row, dtype, Point.of(row, dtype, seed))));
    }
    if (hasWider(row, dtype)) {
      cases.put("as in float64", () -> check(wide(row, dtype, Point.of(row, dtype, seed))));
    }
    if (row.primitive().isComposite() && dtype.isFloat() && dtype.bytes() >= 4) {
      cases.put("decomposition", () -> check(parts(row, dtype, Point.of(row, dtype, seed))));
    }
    return cases;
  }

  private static boolean lies(Draw draw) {
    return draw.shape().rank() > 0;
  }

  /** Whether other shapes may stand in the place of the drawn ones. */
  static boolean takesAnyShape(OpSample<?> row) {
    return row.isElementwise() && (row.oracle() == null || row.inputs().get(0).shape().rank() > 0);
  }

  /** Numbers and shapes of all inputs. */
  private record Point(double[][] numbers, Shape[] shapes) {
    static Point of(OpSample<?> row, DType dtype, long seed) {
      return new Point(row.draw(seed, dtype), RowCases.shapes(row));
    }

    /** The same numbers, repeated or cut off, in other shapes. */
    Point in(Shape... others) {
      double[][] other = new double[numbers.length][];
      for (int k = 0; k < other.length; k++) {
        double[] from = numbers[k];
        other[k] = new double[(int) others[k].size()];
        Arrays.setAll(other[k], i -> from[i % from.length]);
      }
      return new Point(other, others);
    }
  }

  static Shape[] shapes(OpSample<?> row) {
    return row.inputs().stream().map(Draw::shape).toArray(Shape[]::new);
  }

  private void put(
      Map<String, Runnable> cases, String name, OpSample<?> row, DType dtype, Shape shape) {
    put(cases, name, row, dtype, shape, Arrangement.CONTIGUOUS);
  }

  private void put(
      Map<String, Runnable> cases,
      String name,
      OpSample<?> row,
      DType dtype,
      Shape shape,
      Arrangement arrangement) {
    Shape[] all = new Shape[row.inputs().size()];
    Arrays.fill(all, shape);
    cases.put(
        name, () -> check(compare(row, dtype, Point.of(row, dtype, seed).in(all), arrangement)));
  }

  private static void check(List<String> wrong) {
    if (!wrong.isEmpty()) {
      throw new AssertionError(String.join("\n  ", wrong));
    }
  }

  private List<String> compare(OpSample<?> row, DType dtype, Point at, Arrangement arrangement) {
    double[][] fitted = new double[at.numbers.length][];
    Arrays.setAll(fitted, i -> arrangement.fit(at.numbers[i], at.shapes[i]));
    HostValues[] found = run(row, dtype, fitted, at.shapes, arrangement);
    HostValues[] right =
        onReference(() -> run(row, dtype, fitted, at.shapes, Arrangement.CONTIGUOUS));
    return differences(row, layoutsMayChangeBits, found, right);
  }

  /** What the reference refuses, an index into nothing, has to be refused in the same way. */
  private List<String> empty(OpSample<?> row, DType dtype, Shape[] shapes) {
    Point at = Point.of(row, dtype, seed).in(shapes);
    Supplier<HostValues[]> work = () -> run(row, dtype, at.numbers, shapes, Arrangement.CONTIGUOUS);
    HostValues[] right;
    try {
      right = onReference(work);
    } catch (TensorException e) {
      String instead = otherThan(e.getClass(), work);
      return instead == null ? List.of() : List.of("refused: " + e.getMessage() + "; " + instead);
    }
    return differences(row, true, work.get(), right);
  }

  private static @Nullable String otherThan(
      Class<? extends TensorException> error, Supplier<HostValues[]> work) {
    try {
      return "here it is " + Arrays.toString(work.get());
    } catch (TensorException e) {
      return e.getClass() == error ? null : "here that is " + e;
    }
  }

  private static List<String> differences(
      OpSample<?> row, boolean rounding, HostValues[] found, HostValues[] right) {
    List<String> wrong = new ArrayList<>();
    if (found.length != right.length) {
      wrong.add(found.length + " results instead of " + right.length);
      return wrong;
    }
    boolean moves = row.primitive() == Prims.COPY || Family.of(row.primitive()) == Family.MOVEMENT;
    for (int i = 0; i < found.length; i++) {
      double allowed = rounding ? row.tolerance() * Tolerance.of(right[i].dtype()) : 0;
      String difference = Tolerance.difference(found[i], right[i], moves ? 0 : allowed);
      if (difference == null && moves) {
        difference = Tolerance.signOfZero(found[i], right[i]);
      }
      if (difference != null) {
        wrong.add("result " + i + ": " + difference);
      }
    }
    return wrong;
  }

  private static HostValues[] run(OpSample<?> row, DType dtype, Point at) {
    return run(row, dtype, at.numbers, at.shapes, Arrangement.CONTIGUOUS);
  }

  /** Results of the current backend. */
  static HostValues[] run(
      OpSample<?> row, DType dtype, double[][] numbers, Shape[] shapes, Arrangement arrangement) {
    return LeakCheck.values(() -> row.run(dtype, inputs(row, dtype, numbers, shapes, arrangement)));
  }

  /** Inputs of those numbers in an arrangement. */
  static Tensor[] inputs(
      OpSample<?> row, DType dtype, double[][] numbers, Shape[] shapes, Arrangement arrangement) {
    Tensor[] in = new Tensor[numbers.length];
    Arrays.setAll(
        in, i -> arrangement.place(numbers[i], shapes[i], row.inputs().get(i).dtype(dtype)));
    return in;
  }

  /** Runs work on the reference backend. */
  <T> T onReference(Supplier<T> work) {
    Interpreters.root().useBackend(REFERENCE);
    try {
      return work.get();
    } finally {
      Interpreters.root().useBackend(backend);
    }
  }

  private static List<String> oracle(OpSample<?> row, DType dtype, Point at) {
    OpSample.Oracle oracle = Objects.requireNonNull(row.oracle());
    List<String> wrong = new ArrayList<>();
    double[][] right = oracle.results(at.numbers, at.shapes);
    HostValues[] found = run(row, dtype, at);
    for (int i = 0; i < right.length; i++) {
      double allowed = row.tolerance() * Tolerance.of(found[i].dtype());
      double[] stored = HostValues.of(found[i].dtype(), found[i].shape(), right[i]).numbers();
      String difference =
          row.jumps() ? null : Tolerance.difference(found[i].numbers(), stored, allowed);
      if (difference != null) {
        wrong.add("result " + i + ": " + difference);
      }
    }
    return wrong;
  }

  private static boolean hasWider(OpSample<?> row, DType dtype) {
    return dtype.isFloat()
        && dtype != DType.FLOAT64
        && !row.jumps()
        && row.dtypes().contains(DType.FLOAT64)
        && Objects.equals(row.attrs(dtype), row.attrs(DType.FLOAT64));
  }

  /**
   * What a narrow type computes is what the reference computes in float64 from the same inputs,
   * rounded.
   */
  private List<String> wide(OpSample<?> row, DType dtype, Point at) {
    HostValues[] right = onReference(() -> run(row, DType.FLOAT64, at));
    HostValues[] found = run(row, dtype, at);
    HostValues[] rounded = new HostValues[right.length];
    for (int i = 0; i < right.length; i++) {
      rounded[i] =
          right[i].dtype() == DType.FLOAT64
              ? HostValues.of(found[i].dtype(), right[i].shape(), right[i].numbers())
              : right[i];
    }
    return differences(row, true, found, rounded);
  }

  private static List<String> parts(OpSample<?> row, DType dtype, Point at) {
    HostValues[] found = run(row, dtype, at);
    HostValues[] right =
        LeakCheck.values(
            () ->
                expand(
                    row, dtype, inputs(row, dtype, at.numbers, at.shapes, Arrangement.CONTIGUOUS)));
    return differences(row, true, found, right);
  }

  private static <A> Tensor[] expand(OpSample<A> row, DType dtype, Tensor[] in) {
    return row.primitive().expand(row.attrs(dtype), in);
  }
}
