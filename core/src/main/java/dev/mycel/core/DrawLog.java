package dev.mycel.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The random streams that work took from seeds and generators, so that the same work can run again
 * with the same numbers. It holds a few numbers per draw and no random values.
 *
 * <p>What counts are draws of the thread that runs the work: {@link Random#nextStream} and {@link
 * Generator#next}. A second run leaves seeds and generators where they are.
 */
public final class DrawLog {
  private record Draw(String what, long elements, Generator.Stream stream) {}

  private final List<Draw> draws = new ArrayList<>();

  /** An empty log. */
  public DrawLog() {}

  /** One run of some work: it notes draws, or gives the noted ones again. */
  static final class Run {
    private final DrawLog log;
    private final boolean again;
    private final @Nullable Run outer;
    private int next;

    private Run(DrawLog log, boolean again, @Nullable Run outer) {
      this.log = log;
      this.again = again;
      this.outer = outer;
    }

    private Generator.Stream next(String what, long elements, Supplier<Generator.Stream> fresh) {
      if (!again) {
        // What runs inside a second run draws what the first one did.
        Generator.Stream stream = outer == null ? fresh.get() : outer.next(what, elements, fresh);
        log.draws.add(new Draw(what, elements, stream));
        return stream;
      }
      if (next == log.draws.size()) {
        throw changed(count(next), "one more: " + what + " of " + elements);
      }
      Draw draw = log.draws.get(next++);
      if (!draw.what().equals(what) || draw.elements() != elements) {
        throw changed(draw.what() + " of " + draw.elements(), what + " of " + elements);
      }
      return draw.stream();
    }

    private void finish() {
      if (again && next < log.draws.size()) {
        throw changed(count(log.draws.size()), count(next));
      }
    }

    private static String count(int draws) {
      return draws == 1 ? "1 draw" : draws + " draws";
    }

    private static TensorException changed(String first, String second) {
      return new TensorException(
          Messages.of("random: work that runs a second time draws other numbers than at first")
              .line("first run ", first)
              .line("second run", second)
              .hint("let it draw the same way each time; draw before it what it shall keep")
              .text());
    }
  }

  /** Runs work and notes what it draws, after what is noted already. */
  public <T extends @Nullable Object> T record(Supplier<T> work) {
    return run(work, false);
  }

  /**
   * Runs work with the draws that are noted, from the first on.
   *
   * @throws TensorException if it draws in another order, other extents, or another number of times
   */
  public <T extends @Nullable Object> T replay(Supplier<T> work) {
    return run(work, true);
  }

  private <T extends @Nullable Object> T run(Supplier<T> work, boolean again) {
    Context context = Context.current();
    Run before = context.draws;
    Run run = new Run(this, again, before);
    context.draws = run;
    try {
      T result = work.get();
      run.finish();
      return result;
    } finally {
      context.draws = before;
    }
  }

  /** The stream of a draw on this thread: a fresh one, unless work runs a second time. */
  static Generator.Stream stream(String what, long elements, Supplier<Generator.Stream> fresh) {
    Run run = Context.current().draws;
    return run == null ? fresh.get() : run.next(what, elements, fresh);
  }
}
