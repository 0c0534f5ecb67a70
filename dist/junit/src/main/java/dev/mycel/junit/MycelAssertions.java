package dev.mycel.junit;

import dev.mycel.core.Function2;
import dev.mycel.core.Function3;
import dev.mycel.core.Pair;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Triple;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import java.util.function.Function;

/**
 * Assertions for tests of functions, cells and training steps; to be imported statically. Each
 * throws an {@link AssertionError} that says what was found and where.
 */
public final class MycelAssertions {
  private MycelAssertions() {}

  // ---- gradients --------------------------------------------------------------------------------

  /**
   * The gradients of a function or cell agree with finite differences, by every float of the input
   * and, for a cell, by its trainable parameters.
   *
   * <p>It is computed in float64, whatever the types of input and parameters are, along random
   * directions that follow from the global seed; a result that is not float64 (because of {@code
   * toFloat}) is compared with a wide tolerance. The cell is left as it was. Functions that draw
   * random numbers are refused. A failure names the element that is off most, its gradient and its
   * difference quotient.
   *
   * @param function a cell, or any function of tensors
   * @param input a tensor, or a record, list or map of tensors
   */
  public static <I> void assertGradients(Function<I, ?> function, I input) {
    CellGradients.check(1, function, input);
  }

  /** The same for a function of two inputs. */
  public static <A, B> void assertGradients(Function2<A, B, ?> function, A first, B second) {
    CellGradients.check(1, function, new Pair<>(first, second));
  }

  /** The same for a function of three inputs. */
  public static <A, B, C> void assertGradients(
      Function3<A, B, C, ?> function, A first, B second, C third) {
    CellGradients.check(1, function, new Triple<>(first, second, third));
  }

  /**
   * The same, and of order 2 the derivative of the gradient too.
   *
   * @param order 1 or 2
   */
  public static <I> void assertGradients(int order, Function<I, ?> function, I input) {
    CellGradients.check(order, function, input);
  }

  /** The same for a function of two inputs. */
  public static <A, B> void assertGradients(
      int order, Function2<A, B, ?> function, A first, B second) {
    CellGradients.check(order, function, new Pair<>(first, second));
  }

  /** The same for a function of three inputs. */
  public static <A, B, C> void assertGradients(
      int order, Function3<A, B, C, ?> function, A first, B second, C third) {
    CellGradients.check(order, function, new Triple<>(first, second, third));
  }

  // ---- values -----------------------------------------------------------------------------------

  /**
   * {@code |actual - expected| <= atol + rtol |expected|} everywhere; NaN is close to NaN alone. A
   * failure tells the largest deviation, its index, and its neighbours. Element types may differ.
   */
  public static void assertClose(Tensor actual, Tensor expected, double rtol, double atol) {
    String wrong = Closeness.difference(actual, expected, rtol, atol);
    if (wrong != null) {
      throw new AssertionError(wrong);
    }
  }

  /**
   * The same with what is expected as a number or a nested Java array: {@code new float[][] {{1,
   * 2}, {3, 4}}}.
   */
  public static void assertClose(Tensor actual, Object expected, double rtol, double atol) {
    try (Scope scope = Scope.open()) {
      assertClose(actual, expected instanceof Tensor t ? t : Tensor.of(expected), rtol, atol);
    }
  }

  // ---- memory -----------------------------------------------------------------------------------

  /**
   * The work gives all its memory outside the Java heap back: it runs twice in a scope of its own,
   * the first time to fill caches, and after the second no more may be in use than before.
   */
  public static void assertNoLeak(Runnable work) {
    Leaks.check(work);
  }

  // ---- training ---------------------------------------------------------------------------------

  /**
   * The loss falls: over so many steps, the mean of the last tenth is below that of the first. A
   * loss that is NaN or infinite fails at once.
   *
   * @param step a step of training, such as a {@code TrainOneStepCell}
   * @param batches are begun anew when they are used up
   * @param steps at least 2
   */
  public static <I> void assertLossFalls(Function<I, Tensor> step, Iterable<I> batches, int steps) {
    Learning.lossFalls(step, batches, steps);
  }

  /**
   * The network can learn one batch by heart: at most 300 steps of Adam with rate 0.01 bring the
   * loss down to a tenth, and every trainable parameter changes. Afterwards the network is as it
   * was.
   *
   * @param batch data and labels
   */
  public static <I, P, T> void assertTrainableOnOneBatch(
      Cell<I, P> network, Cell2<P, T, Tensor> loss, Pair<I, T> batch) {
    Learning.oneBatch(network, loss, batch, Learning.ONE_BATCH_STEPS);
  }

  /** The same within another number of steps. */
  public static <I, P, T> void assertTrainableOnOneBatch(
      Cell<I, P> network, Cell2<P, T, Tensor> loss, Pair<I, T> batch, int steps) {
    Learning.oneBatch(network, loss, batch, steps);
  }

  // ---- files ------------------------------------------------------------------------------------

  /**
   * Saving a cell and loading it again gives every parameter its value back, bit for bit, although
   * all were overwritten in between. Afterwards the cell is as it was.
   */
  public static void assertSameAfterReload(Cell<?, ?> cell) {
    Reloading.same(cell);
  }

  /**
   * A cell that was made anew and loaded computes the same as the saved one, bit for bit.
   *
   * @param fresh built as {@code cell}; its parameters are replaced
   */
  public static <I, O> void assertSameAfterReload(Cell<I, O> cell, Cell<I, O> fresh, I input) {
    Reloading.same(cell, fresh, input);
  }
}
