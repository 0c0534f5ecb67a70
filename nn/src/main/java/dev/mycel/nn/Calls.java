package dev.mycel.nn;

import dev.mycel.core.Precision;
import dev.mycel.core.Profile;
import dev.mycel.core.TensorException;
import java.util.function.Function;

/**
 * What happens around {@link Cell#construct}, from the outside in: the path for profiles and
 * errors, the precision, the hooks, recomputation, a backward pass of the cell's own.
 */
final class Calls {
  private Calls() {}

  /** Runs work as a cell's. */
  static <I, O> O as(Cell<I, O> cell, I input, Function<I, O> work) {
    cell.checkInput(input);
    if (!Profile.isOpen()) {
      return inPrecision(cell, input, work);
    }
    try (CellPath here = CellPath.enter(cell)) {
      return inPrecision(cell, input, work);
    }
  }

  private static <I, O> O inPrecision(Cell<I, O> cell, I input, Function<I, O> work) {
    CellPrecision own = cell.chosenPrecision();
    Precision before = own == null ? null : Precision.swap(own.compute());
    Constructing.enter();
    O output;
    try {
      output = work.apply(input);
      Outputs.check(cell, output);
    } catch (TensorException e) {
      FailurePath.passThrough(cell, e);
      throw e;
    } finally {
      Constructing.leave();
      if (before != null) {
        Precision.swap(before);
      }
    }
    return own == null ? output : own.finish(output);
  }

  /** The whole of a call that is more than construct. */
  static <I, O> O withHooks(Cell<I, O> cell, Hooks<I, O> hooks, I input) {
    Function<I, O> work =
        cell.isRecomputed()
            ? in -> Recompute.run(cell, in, x -> differentiated(cell, x))
            : in -> differentiated(cell, in);
    return hooks.isEmpty() ? work.apply(input) : hooks.around(input, work);
  }

  private static <I, O> O differentiated(Cell<I, O> cell, I input) {
    return cell.hasCustomBackward() ? cell.withOwnBackward(input) : cell.body(input);
  }
}
