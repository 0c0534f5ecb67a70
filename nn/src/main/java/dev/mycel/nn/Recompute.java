package dev.mycel.nn;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Calls of cells that are recomputed: both runs find the cells below in the same mode. */
final class Recompute {
  private record Mode(Cell<?, ?> cell, boolean training) {}

  private Recompute() {}

  static <I, O> O run(Cell<I, O> cell, I input, Function<I, O> work) {
    if (!Autograd.isRecording()) {
      return work.apply(input);
    }
    List<Mode> modes = new ArrayList<>();
    for (NamedCell named : Walk.cells(cell)) {
      modes.add(new Mode(named.cell(), named.cell().training()));
    }
    return Autograd.recompute(input, in -> inModes(modes, () -> work.apply(in)));
  }

  /** A gradient may be pulled long after the call, when the cells are in another mode. */
  private static <O> O inModes(List<Mode> modes, Supplier<O> work) {
    List<Mode> changed = new ArrayList<>();
    for (Mode mode : modes) {
      Cell<?, ?> cell = mode.cell();
      if (cell.training() != mode.training()) {
        changed.add(new Mode(cell, cell.training()));
        cell.putInMode(mode.training());
      }
    }
    try {
      return work.get();
    } finally {
      changed.forEach(mode -> mode.cell().putInMode(mode.training()));
    }
  }

  /** Refuses what concerns several machines. */
  static void checkArguments(
      Cell<?, ?> cell, boolean mpCommRecompute, boolean parallelOptimizerCommRecompute) {
    if (!mpCommRecompute) {
      throw new ArgumentException(
          Messages.of(
                  "recompute: mpCommRecompute = false keeps the results of communication between"
                      + " machines, and "
                      + cell.clsName()
                      + " runs on one")
              .hint("leave it true, or call recompute() without arguments")
              .text());
    }
    if (parallelOptimizerCommRecompute) {
      throw new ArgumentException(
          Messages.of(
                  "recompute: parallelOptimizerCommRecompute = true is about weights spread over"
                      + " machines, and those of "
                      + cell.clsName()
                      + " are on one")
              .hint("leave it false, or call recompute() without arguments")
              .text());
    }
  }
}
