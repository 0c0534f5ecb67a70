package dev.mycel.test;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

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
 * <p>Every row of {@link OpSamples} runs in every element type and layout (contiguous, strided,
 * broadcast, negative strides, empty, scalar) and is compared with the reference backend, with the
 * row's oracle, and with the primitive's decomposition. Then come random programs, sums of many
 * small numbers, threads, memory, and mistakes.
 *
 * <p>System properties: {@code mycel.tck.seed} and {@code mycel.tck.sweeps}, the first seed and the
 * number of random programs; {@code mycel.tck.only}, a text that the names of rows must contain;
 * {@code mycel.tck.results}, the folder (by default {@code target/tck}) for a file of results by
 * family. What fails says with which of them it fails again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendTck {
  private static final long SEED = Long.getLong("mycel.tck.seed", 20260101L);
  private static final int SWEEPS = Integer.getInteger("mycel.tck.sweeps", 60);
  private static final String ONLY = "mycel.tck.only";
  private static final String RESULTS = System.getProperty("mycel.tck.results", "target/tck");
  private static final String REFERENCE = "reference";

  private @Nullable String before;
  private @Nullable TckResults results;
  private int cases;

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

  /**
   * The reason for which the backend does without a row in an element type, for example that the
   * device has no float64; null, the usual answer, if it computes it. Such cases are skipped,
   * counted, and listed by name.
   */
  protected @Nullable String leavesOut(OpSample<?> row, DType dtype) {
    return null;
  }

  /** Called with the results when every case of every row has run. */
  protected void finished(TckResults results) throws Exception {}

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

  private static List<OpSample<?>> rows() {
    String only = System.getProperty(ONLY, "");
    return OpSamples.all().stream().filter(row -> row.name().contains(only)).toList();
  }

  /** A test that says how it is run again. */
  private DynamicNode again(String name, String how, Executable test) {
    return dynamicTest(
        name,
        () -> {
          try {
            test.execute();
          } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                e.getMessage() + "\n  again: -Dtest=" + getClass().getSimpleName() + " " + how, e);
          }
        });
  }

  private static String only(OpSample<?> row) {
    return "-Dmycel.tck.seed=" + SEED + " '-D" + ONLY + "=" + row.name() + "'";
  }

  /** Each row in each element type and layout. */
  @TestFactory
  Stream<DynamicNode> resultsAreRightInEveryTypeAndLayout() {
    TckResults counted = new TckResults(backend());
    results = counted;
    RowCases all = new RowCases(backend(), layoutsMayChangeBits(), SEED);
    return rows().stream()
        .map(
            row ->
                dynamicContainer(
                    row.name(), row.dtypes().stream().map(t -> cases(all, row, t, counted))));
  }

  private DynamicNode cases(RowCases all, OpSample<?> row, DType dtype, TckResults counted) {
    Map<String, Runnable> checks = all.of(row, dtype);
    cases += checks.size();
    String without = leavesOut(row, dtype);
    if (without != null) {
      counted.leaveOut(row, dtype, without, checks.size());
      return dynamicTest(dtype.toString(), () -> Assumptions.abort(without));
    }
    return dynamicContainer(
        dtype.toString(),
        checks.entrySet().stream()
            .map(
                c ->
                    again(
                        c.getKey(), only(row), () -> counted.run(row.primitive(), c.getValue()))));
  }

  /** Writes the results by family. */
  @AfterAll
  void tellResults() throws Exception {
    TckResults counted = results;
    if (counted != null) {
      counted.write(Path.of(RESULTS));
      if (System.getProperty(ONLY, "").isEmpty() && counted.total() == cases) {
        finished(counted);
      }
    }
  }

  /** Inputs that the rows want refused. */
  @TestFactory
  Stream<DynamicNode> wrongInputsAreRefused() {
    return rows().stream()
        .flatMap(
            row ->
                row.refusals().stream()
                    .map(
                        r ->
                            again(row.name() + ": " + r.what(), only(row), () -> refused(row, r))));
  }

  private static void refused(OpSample<?> row, OpSample.Refusal refusal) {
    try (Scope scope = Scope.open()) {
      SplittableRandom random = new SplittableRandom(SEED);
      Tensor[] in =
          refusal.inputs().stream()
              .map(
                  d ->
                      HostValues.of(
                              d.dtype(DType.FLOAT32), d.shape(), d.numbers(random, DType.FLOAT32))
                          .toTensor())
              .toArray(Tensor[]::new);
      RuntimeException e = assertThrows(refusal.error(), () -> row.run(DType.FLOAT32, in));
      if (e.getMessage() == null || !e.getMessage().contains(":")) {
        throw new AssertionError("the message does not say what is wrong: " + e.getMessage());
      }
    }
  }

  /** Mistakes that only kernels and memory can find, and what must hold after them. */
  @TestFactory
  Stream<DynamicNode> mistakesDoNoDamage() {
    return Mistakes.all(REFERENCE).entrySet().stream()
        .map(m -> dynamicTest(m.getKey(), () -> LeakCheck.assertFreedAtOnce(m.getValue())));
  }

  /** Random shapes, layouts and primitives. */
  @TestFactory
  Stream<DynamicNode> randomOperationsAgreeWithTheReference() {
    return LongStream.range(SEED, SEED + SWEEPS)
        .mapToObj(
            seed ->
                again(
                    "seed " + seed,
                    "-Dmycel.tck.seed=" + seed + " -Dmycel.tck.sweeps=1",
                    () -> sweep(seed)));
  }

  private void sweep(long seed) {
    Supplier<Tensor[]> work = () -> new RandomProgram(seed).run();
    HostValues[] found = LeakCheck.values(work);
    HostValues[] right =
        new RowCases(backend(), true, seed).onReference(() -> LeakCheck.values(work));
    for (int i = 0; i < found.length; i++) {
      double allowed = 256 * Tolerance.of(found[i].dtype());
      String difference = Tolerance.difference(found[i], right[i], allowed);
      if (difference != null) {
        throw new AssertionError(
            "step " + i + " of " + new RandomProgram(seed).describe() + ": " + difference);
      }
    }
  }

  /** Sums of many small numbers are as exact as their element type, and end at no round number. */
  @TestFactory
  Stream<DynamicNode> manySmallNumbersAddUp() {
    String only = System.getProperty(ONLY, "");
    return Accumulations.all().entrySet().stream()
        .filter(sum -> sum.getKey().contains(only))
        .map(
            sum ->
                dynamicContainer(
                    sum.getKey(),
                    Accumulations.dtypes().stream()
                        .map(
                            t ->
                                dynamicTest(
                                    t.toString(), () -> Accumulations.check(sum.getValue(), t)))));
  }

  /** Several threads at once get what one thread gets, bit by bit. */
  @Test
  void threadsDoNotDisturbEachOther() throws Exception {
    Concurrency.eachItsOwn(SEED);
  }

  /** Several threads read the same tensors. */
  @Test
  void threadsReadTheSameTensors() throws Exception {
    Concurrency.readingTheSame(SEED);
  }

  /** Tensors are read and freed by other threads than those that made them. */
  @Test
  void tensorsGoFromThreadToThread() throws Exception {
    Concurrency.handingOver(SEED);
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

  /**
   * The moment its scope ends every row has given its memory back, refused inputs included; nothing
   * waits for a collection.
   */
  @Test
  void memoryComesBack() {
    LeakCheck.assertFreedAtOnce(BackendTck::everything);
  }

  private static void everything() {
    for (OpSample<?> row : OpSamples.all()) {
      DType dtype = row.dtypes().get(row.dtypes().size() - 1);
      double[][] numbers = row.draw(SEED, dtype);
      Shape[] shapes = RowCases.shapes(row);
      for (Arrangement arrangement : Arrangement.values()) {
        double[][] fitted = new double[numbers.length][];
        Arrays.setAll(fitted, i -> arrangement.fit(numbers[i], shapes[i]));
        row.run(dtype, RowCases.inputs(row, dtype, fitted, shapes, arrangement));
      }
      row.refusals().forEach(r -> refused(row, r));
    }
  }

  /** Gradients of every row that this backend computes, of order one, in float64 and in float32. */
  @TestFactory
  Stream<DynamicNode> gradientsAgreeWithDifferences() {
    return rows().stream()
        .filter(row -> row.gradOrder() > 0)
        .flatMap(
            row ->
                row.dtypes().stream()
                    .filter(t -> t == DType.FLOAT64 || t == DType.FLOAT32 && !row.jumps())
                    .filter(t -> leavesOut(row, t) == null)
                    .map(t -> again(row.name() + " " + t, only(row), () -> gradient(row, t))));
  }

  private static void gradient(OpSample<?> row, DType dtype) {
    if (row.pinned() != null) {
      GradCheck.checkPinned(row, dtype);
    } else {
      GradCheck.check(row, dtype, 1, SEED);
    }
  }
}
