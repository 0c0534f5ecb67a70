package dev.mycel.nn;

import dev.mycel.core.TensorException;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Adds to an error the names of the cells it passes on its way out. A cell does not know its own
 * name, its caller does: so each cell leaves word here that it failed, and the next one outside
 * looks it up among the cells below itself. Nothing of this runs while nothing fails.
 */
final class FailurePath {
  private record Last(
      WeakReference<TensorException> error, WeakReference<Cell<?, ?>> cell, int depth) {}

  private static final ThreadLocal<@Nullable Last> LAST = new ThreadLocal<>();

  private FailurePath() {}

  /** Notes that an error leaves that cell. */
  static void passThrough(Cell<?, ?> cell, TensorException error) {
    Last last = LAST.get();
    int depth = Constructing.depth();
    if (last != null && last.error().refersTo(error)) {
      Cell<?, ?> inner = last.cell().get();
      if (depth >= last.depth()) {
        error.startPath(); // an error that somebody kept is thrown anew
      } else if (inner != null && inner != cell) {
        error.passedThrough(nameOf(inner, cell));
      }
    }
    LAST.set(new Last(new WeakReference<>(error), new WeakReference<>(cell), depth));
  }

  /** The path of one cell below another, or its class where it is not to be found there. */
  private static String nameOf(Cell<?, ?> inner, Cell<?, ?> outer) {
    try {
      for (NamedCell named : Walk.cells(outer)) {
        if (named.cell() == inner) {
          return named.name();
        }
      }
    } catch (TensorException unreadable) {
      // The first error is the one to report; the fields' own turn comes when somebody asks for
      // them.
      return inner.clsName();
    }
    return inner.clsName();
  }
}
