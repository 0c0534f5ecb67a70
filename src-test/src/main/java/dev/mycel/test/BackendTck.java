package dev.mycel.test;

import static dev.mycel.core.None.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What a backend has to pass. The author of one extends this class, names the backend, and has the
 * backend and {@code mycel-reference} on the class path:
 *
 * <pre>{@code
 * final class MyTckTest extends BackendTck {
 *   protected String backend() {
 *     return "mine";
 *   }
 * }
 * }</pre>
 *
 * <p>Every row of {@link OpSamples} runs in every element type and arrangement and is compared with
 * the reference backend, with the row's oracle, with the primitive's decomposition, and with itself
 * on other threads. Seeds stand in the names and messages of failures.
 */
public abstract class BackendTck {
  private static final long SEED = Long.getLong("mycel.tck.seed", 20260101L);
  private static final int SWEEPS = Integer.getInteger("mycel.tck.sweeps", 60);
  private static final String REFERENCE = "reference";

  private @Nullable String before;

  /** For subclasses. */
  protected BackendTck() {}

  /** The name that the backend's provider gives. */
  protected abstract String backend();

  /**
   * Whether how inputs lie in memory may change the last bits of a result. The reference backend
   * answers no.
   */
  protected boolean layoutsMayChangeBits() {
    return true;
  }

  /** Makes the backend current. */
  @BeforeEach
  void useBackend() {
    before = Interpreters.root().device().backend();
    Interpreters.root().useBackend(backend());
  }

  /** Makes the backend current again that was before. */
  @AfterEach
  void restoreBackend() {
    if (before != null) {
      Interpreters.root().useBackend(before);
    }
  }

  /** Each row in each element type and arrangement. */
  @TestFactory
  Stream<DynamicNode> resultsAreRightInEveryTypeAndArrangement() {
    return OpSamples.all().stream()
        .map(
            row ->
                dynamicContainer(
                    row.name(),
                    row.dtypes().stream()
                        .map(t -> dynamicTest(t.toString(), () -> results(row, t)))));
  }

  private void results(OpSample<?> row, DType dtype) {
    double[][] numbers = row.draw(SEED, dtype);
    Shape[] shapes = row.inputs().stream().map(Draw::shape).toArray(Shape[]::new);
    List<String> wrong = new ArrayList<>();
    for (Arrangement arrangement : Arrangement.values()) {
      wrong.addAll(compare(row, dtype, numbers, shapes, arrangement, arrangement.name()));
    }
    if (row.isElementwise() && row.oracle() == null
        || row.isElementwise() && shapes[0].rank() > 0) {
      wrong.addAll(reshaped(row, dtype, numbers, Shape.of(0, 3), "EMPTY"));
      wrong.addAll(reshaped(row, dtype, numbers, Shape.scalar(), "SCALAR"));
      wrong.addAll(reshaped(row, dtype, numbers, Shape.of(1), "ONE"));
      wrong.addAll(reshaped(row, dtype, numbers, Shape.of(3, 1, 401), "LARGER"));
    }
    wrong.addAll(checkOracle(row, dtype, numbers, shapes));
    wrong.addAll(checkWide(row, dtype, numbers, shapes));
    wrong.addAll(checkDecomposition(row, dtype, numbers, shapes));
    fail(row, dtype, wrong);
  }

  private List<String> reshaped(
      OpSample<?> row, DType dtype, double[][] numbers, Shape shape, String what) {
    double[][] other = new double[numbers.length][];
    Shape[] shapes = new Shape[numbers.length];
    for (int k = 0; k < other.length; k++) {
      double[] from = numbers[k];
      shapes[k] = shape;
      other[k] = new double[(int) shape.size()];
      Arrays.setAll(other[k], i -> from[i % from.length]);
    }
    return compare(row, dtype, other, shapes, Arrangement.CONTIGUOUS, what);
  }

  private List<String> compare(
      OpSample<?> row,
      DType dtype,
      double[][] numbers,
      Shape[] shapes,
      Arrangement arrangement,
      String what) {
    double[][] fitted = new double[numbers.length][];
    Arrays.setAll(fitted, i -> arrangement.fit(numbers[i], shapes[i]));
    HostValues[] found = run(row, dtype, fitted, shapes, arrangement);
    HostValues[] right = onReference(() -> run(row, dtype, fitted, shapes, Arrangement.CONTIGUOUS));
    return differences(what, row, layoutsMayChangeBits(), found, right);
  }

  private static List<String> differences(
      String what, OpSample<?> row, HostValues[] found, HostValues[] right) {
    return differences(what, row, true, found, right);
  }

  private static List<String> differences(
      String what, OpSample<?> row, boolean rounding, HostValues[] found, HostValues[] right) {
    List<String> wrong = new ArrayList<>();
    if (found.length != right.length) {
      wrong.add(what + ": " + found.length + " results instead of " + right.length);
      return wrong;
    }
    for (int i = 0; i < found.length; i++) {
      double allowed = rounding ? row.tolerance() * Tolerance.of(right[i].dtype()) : 0;
      String difference = Tolerance.difference(found[i], right[i], allowed);
      if (difference != null) {
        wrong.add(what + ": result " + i + ": " + difference);
      }
    }
    return wrong;
  }

  private static HostValues[] run(
      OpSample<?> row, DType dtype, double[][] numbers, Shape[] shapes, Arrangement arrangement) {
    return LeakCheck.values(() -> row.run(dtype, inputs(row, dtype, numbers, shapes, arrangement)));
  }

  private static Tensor[] inputs(
      OpSample<?> row, DType dtype, double[][] numbers, Shape[] shapes, Arrangement arrangement) {
    Tensor[] in = new Tensor[numbers.length];
    Arrays.setAll(
        in, i -> arrangement.place(numbers[i], shapes[i], row.inputs().get(i).dtype(dtype)));
    return in;
  }

  private <T> T onReference(Supplier<T> work) {
    Interpreters.root().useBackend(REFERENCE);
    try {
      return work.get();
    } finally {
      Interpreters.root().useBackend(backend());
    }
  }

  private List<String> checkOracle(
      OpSample<?> row, DType dtype, double[][] numbers, Shape[] shapes) {
    OpSample.Oracle oracle = row.oracle();
    List<String> wrong = new ArrayList<>();
    if (oracle == null || !(dtype.isFloat() || row.dtypes().size() == 1)) {
      return wrong;
    }
    double[][] right = oracle.results(numbers, shapes);
    HostValues[] found = run(row, dtype, numbers, shapes, Arrangement.CONTIGUOUS);
    for (int i = 0; i < right.length; i++) {
      double allowed = row.tolerance() * Tolerance.of(found[i].dtype());
      double[] stored = HostValues.of(found[i].dtype(), found[i].shape(), right[i]).numbers();
      String difference =
          row.jumps() ? null : Tolerance.difference(found[i].numbers(), stored, allowed);
      if (difference != null) {
        wrong.add("oracle: result " + i + ": " + difference);
      }
    }
    return wrong;
  }

  /**
   * What a narrow type computes is what the reference computes in float64 from the same inputs,
   * rounded.
   */
  private List<String> checkWide(OpSample<?> row, DType dtype, double[][] numbers, Shape[] shapes) {
    if (!dtype.isFloat()
        || dtype == DType.FLOAT64
        || row.jumps()
        || !row.dtypes().contains(DType.FLOAT64)
        || !java.util.Objects.equals(row.attrs(dtype), row.attrs(DType.FLOAT64))) {
      return List.of();
    }
    HostValues[] right =
        onReference(() -> run(row, DType.FLOAT64, numbers, shapes, Arrangement.CONTIGUOUS));
    HostValues[] found = run(row, dtype, numbers, shapes, Arrangement.CONTIGUOUS);
    HostValues[] rounded = new HostValues[right.length];
    for (int i = 0; i < right.length; i++) {
      rounded[i] =
          right[i].dtype() == DType.FLOAT64
              ? HostValues.of(found[i].dtype(), right[i].shape(), right[i].numbers())
              : right[i];
    }
    return differences("in float64", row, found, rounded);
  }

  private List<String> checkDecomposition(
      OpSample<?> row, DType dtype, double[][] numbers, Shape[] shapes) {
    if (!row.primitive().isComposite() || !dtype.isFloat() || dtype.bytes() < 4) {
      return List.of();
    }
    HostValues[] found = run(row, dtype, numbers, shapes, Arrangement.CONTIGUOUS);
    HostValues[] right =
        LeakCheck.values(
            () -> expand(row, dtype, inputs(row, dtype, numbers, shapes, Arrangement.CONTIGUOUS)));
    return differences("decomposition", row, found, right);
  }

  private static <A> Tensor[] expand(OpSample<A> row, DType dtype, Tensor[] in) {
    return row.primitive().expand(row.attrs(dtype), in);
  }

  private static void fail(OpSample<?> row, DType dtype, List<String> wrong) {
    if (!wrong.isEmpty()) {
      throw new AssertionError(
          row.name() + " of " + dtype + " (seed " + SEED + "):\n  " + String.join("\n  ", wrong));
    }
  }

  /** Inputs that the rows want refused. */
  @TestFactory
  Stream<DynamicNode> wrongInputsAreRefused() {
    return OpSamples.all().stream()
        .flatMap(
            row ->
                row.refusals().stream()
                    .map(r -> dynamicTest(row.name() + ": " + r.what(), () -> refused(row, r))));
  }

  private static void refused(OpSample<?> row, OpSample.Refusal refusal) {
    try (Scope scope = Scope.open()) {
      Tensor[] in =
          refusal.inputs().stream()
              .map(
                  d ->
                      HostValues.of(
                              d.dtype(DType.FLOAT32),
                              d.shape(),
                              d.numbers(new java.util.SplittableRandom(SEED), DType.FLOAT32))
                          .toTensor())
              .toArray(Tensor[]::new);
      RuntimeException e = assertThrows(refusal.error(), () -> row.run(DType.FLOAT32, in));
      if (e.getMessage() == null || !e.getMessage().contains(":")) {
        throw new AssertionError("the message does not say what is wrong: " + e.getMessage());
      }
    }
  }

  /** Random shapes, layouts and primitives. */
  @TestFactory
  Stream<DynamicNode> randomOperationsAgreeWithTheReference() {
    return java.util.stream.LongStream.range(SEED, SEED + SWEEPS)
        .mapToObj(seed -> dynamicTest("seed " + seed, () -> sweep(seed)));
  }

  private void sweep(long seed) {
    Supplier<Tensor[]> work = () -> new RandomProgram(seed).run();
    HostValues[] found = LeakCheck.values(work);
    HostValues[] right = onReference(() -> LeakCheck.values(work));
    for (int i = 0; i < found.length; i++) {
      double allowed = 256 * Tolerance.of(found[i].dtype());
      String difference = Tolerance.difference(found[i], right[i], allowed);
      if (difference != null) {
        throw new AssertionError(
            "seed "
                + seed
                + ", step "
                + i
                + " of "
                + new RandomProgram(seed).describe()
                + ": "
                + difference);
      }
    }
  }

  /**
   * Sums and products of half types accumulate in float32: a sum of ones does not stop at 256 or
   * 2048.
   */
  @TestFactory
  Stream<DynamicNode> halfTypesAccumulateInFloat32() {
    return Stream.of(DType.FLOAT16, DType.BFLOAT16)
        .map(
            t ->
                dynamicContainer(
                    t.toString(),
                    List.of(
                        dynamicTest("reduce_sum", () -> accumulatesSum(t)),
                        dynamicTest("matmul", () -> accumulatesProduct(t)),
                        dynamicTest("cumsum", () -> accumulatesScan(t)))));
  }

  private static void accumulatesSum(DType t) {
    Tensor ones = HostValues.of(t, Shape.of(2, 4096), filled(8192, 1)).toTensor();
    Tensor sum = Interpreters.bind(Prims.REDUCE_SUM, new Attrs.Axes(1), ones);
    assertEquals(4096, HostValues.of(sum).get(1));
    Tensor down = Interpreters.bind(Prims.TRANSPOSE, new Attrs.Permutation(1, 0), ones);
    Tensor columns = Interpreters.bind(Prims.REDUCE_SUM, new Attrs.Axes(0), down);
    assertEquals(4096, HostValues.of(columns).get(0));
  }

  private static void accumulatesProduct(DType t) {
    Tensor x = HostValues.of(t, Shape.of(2, 4096), filled(8192, 1)).toTensor();
    Tensor y = HostValues.of(t, Shape.of(4096, 3), filled(3 * 4096, 1)).toTensor();
    assertEquals(4096, HostValues.of(Interpreters.bind(Prims.MATMUL, NONE, x, y)).get(4));
  }

  private static void accumulatesScan(DType t) {
    Tensor ones = HostValues.of(t, Shape.of(4096), filled(4096, 1)).toTensor();
    Tensor sums = Interpreters.bind(Prims.CUMSUM, new Attrs.Scan(0, false, false), ones);
    assertEquals(4096, HostValues.of(sums).get(4095));
  }

  private static double[] filled(int size, double value) {
    double[] v = new double[size];
    Arrays.fill(v, value);
    return v;
  }

  /** Several threads at once get what one thread gets, bit by bit. */
  @Test
  void threadsDoNotDisturbEachOther() throws Exception {
    List<OpSample<?>> rows =
        OpSamples.all().stream().filter(r -> r.dtypes().contains(DType.FLOAT32)).toList();
    List<HostValues[]> alone = allOf(rows);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<HostValues[]>>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Callable<List<HostValues[]>> task = () -> allOf(rows);
        tasks.add(threads.submit(task));
      }
      for (Future<List<HostValues[]>> task : tasks) {
        List<HostValues[]> together = task.get();
        for (int i = 0; i < rows.size(); i++) {
          for (int k = 0; k < alone.get(i).length; k++) {
            String difference = Tolerance.difference(together.get(i)[k], alone.get(i)[k], 0);
            if (difference != null) {
              throw new AssertionError(rows.get(i).name() + " beside others: " + difference);
            }
          }
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<HostValues[]> allOf(List<OpSample<?>> rows) {
    List<HostValues[]> results = new ArrayList<>();
    for (OpSample<?> row : rows) {
      double[][] numbers = row.draw(SEED, DType.FLOAT32);
      Shape[] shapes = row.inputs().stream().map(Draw::shape).toArray(Shape[]::new);
      results.add(run(row, DType.FLOAT32, numbers, shapes, Arrangement.CONTIGUOUS));
    }
    return results;
  }

  /** Elements come and go as the bytes that they are, in every type, size and layout. */
  @TestFactory
  Stream<DynamicNode> bytesComeAndGo() {
    return Arrays.stream(DType.values())
        .map(
            t ->
                dynamicTest(
                    t.toString(),
                    () -> {
                      for (Shape shape : ByteRows.shapes(t)) {
                        ByteRows.check(t, shape, SEED);
                      }
                    }));
  }

  /** A source that fails leaves no tensor and no memory. */
  @Test
  void bytesThatDoNotComeLeaveNothing() {
    LeakCheck.assertNoLeak(ByteRows::refusals);
  }

  /** After its scope every row has given its memory back, refused inputs included. */
  @Test
  void memoryComesBack() {
    LeakCheck.assertNoLeak(
        () -> {
          for (OpSample<?> row : OpSamples.all()) {
            DType dtype = row.dtypes().get(row.dtypes().size() - 1);
            double[][] numbers = row.draw(SEED, dtype);
            Shape[] shapes = row.inputs().stream().map(Draw::shape).toArray(Shape[]::new);
            for (Arrangement arrangement : Arrangement.values()) {
              double[][] fitted = new double[numbers.length][];
              Arrays.setAll(fitted, i -> arrangement.fit(numbers[i], shapes[i]));
              row.run(dtype, inputs(row, dtype, fitted, shapes, arrangement));
            }
            row.refusals().forEach(r -> refused(row, r));
          }
        });
  }

  /** Gradients of every row that this backend computes, of order one, in float64 and in float32. */
  @TestFactory
  Stream<DynamicNode> gradientsAgreeWithDifferences() {
    return OpSamples.all().stream()
        .filter(row -> row.gradOrder() > 0)
        .flatMap(
            row ->
                row.dtypes().stream()
                    .filter(t -> t == DType.FLOAT64 || t == DType.FLOAT32 && !row.jumps())
                    .map(t -> gradient(row, t)));
  }

  private static DynamicNode gradient(OpSample<?> row, DType dtype) {
    return dynamicTest(
        row.name() + " " + dtype,
        () -> {
          if (row.pinned() != null) {
            GradCheck.checkPinned(row, dtype);
          } else {
            GradCheck.check(row, dtype, 1, SEED);
          }
        });
  }
}
