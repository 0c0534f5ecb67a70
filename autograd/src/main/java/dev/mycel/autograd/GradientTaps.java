package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Looks into the backward pass at the borders of a piece of work: every tape on the stack gets an
 * entry there that computes nothing. Gradients have the form of the values; where none arrives they
 * are zeros.
 */
public final class GradientTaps {
  private GradientTaps() {}

  /**
   * The same values; a gradient that comes back to them goes through a function first.
   *
   * @param what names the hook in messages
   * @param onGradient from the gradient, in the form of the values, to what takes its place; it may
   *     return its argument
   */
  public static <T> T onGradient(String what, T values, UnaryOperator<T> onGradient) {
    return attach(
        Interpreters.top(),
        values,
        Reach.FOLLOWED,
        List.of(),
        (tape, like, sizes) ->
            new Tap<>(
                tape.parent(),
                what,
                like,
                g -> overSlices(sizes, g, one -> orElse(onGradient.apply(one), one))));
  }

  /**
   * Runs work; when a gradient has come back through it, a function sees the gradients of its input
   * and of its output, and gives that of the input. The gradient of every floating-point input is
   * computed for it, also where nothing else asks for it.
   *
   * @param what names the hook in messages
   * @param onGradients from the gradients of input and output to what takes the place of the first
   */
  public static <I, O> O around(
      String what, I input, Function<I, O> work, BiFunction<I, O, I> onGradients) {
    Map<Tape, Passage<I, O>> passages = new IdentityHashMap<>();
    I entering =
        attach(
            Interpreters.top(),
            input,
            Reach.EVERY_TAPE,
            List.of(),
            (tape, like, sizes) -> {
              BiFunction<I, O, I> ofAll =
                  (in, out) ->
                      overSlices(
                          sizes,
                          new Pair<>(in, out),
                          one -> orElse(onGradients.apply(one.first(), one.second()), one.first()));
              Passage<I, O> passage = new Passage<>(tape.parent(), what, like, ofAll);
              passages.put(tape, passage);
              return passage;
            });
    O output = work.apply(entering);
    return attach(
        Interpreters.top(),
        output,
        Reach.FOLLOWED_WHOLE,
        List.of(),
        (tape, like, sizes) ->
            new Tap<>(
                tape.parent(),
                what,
                like,
                gradient -> {
                  Passage<I, O> passage = passages.get(tape);
                  if (passage != null) {
                    passage.arrived(gradient);
                  }
                  return gradient;
                }));
  }

  /** Which tapes get an entry, and what of values that are partly the same for all slices. */
  private enum Reach {
    /** Tapes that follow one of the values; what is the same for all slices stays so. */
    FOLLOWED,
    /** Tapes that follow one of the values; all values are repeated for the slices. */
    FOLLOWED_WHOLE,
    /** All tapes; all values are repeated for the slices. */
    EVERY_TAPE
  }

  /** Makes the entry of one tape for values, which are tensors of the tape's parent. */
  private interface EntryMaker<T> {
    /**
     * An entry.
     *
     * @param sizes how many slices the values are of, for each {@code vmap} above the tape: the one
     *     that is nearest to the tape comes last, its slices lie along the first axis
     */
    CustomEntry make(Tape tape, T like, List<Long> sizes);
  }

  /** Gives values an entry on tapes of the stack. */
  private static <T> T attach(
      Interpreter top, T values, Reach reach, List<Long> sizes, EntryMaker<T> maker) {
    if (top == top.parent()) {
      return values;
    }
    if (top instanceof Region region) {
      return attach(region.parent(), Tree.map(values, region::admit), reach, sizes, maker);
    }
    if (top instanceof Batch batch && hasTapeBelow(batch)) {
      return attachToSlices(batch, values, reach, sizes, maker);
    }
    if (!(top instanceof Tape tape)) {
      requireNoTangents(top);
      return attach(top.parent(), values, reach, sizes, maker);
    }
    Tensor[] outer = Tree.tensors(values).toArray(Tensor[]::new);
    T lowered = Tree.map(values, tape::lower);
    T inner = attach(tape.parent(), lowered, reach, sizes, maker);
    boolean followed = reach == Reach.EVERY_TAPE;
    for (Tensor t : outer) {
      followed |= tape.node(t) >= 0;
    }
    if (!followed) {
      return inner;
    }
    Tensor[] results = Tree.tensors(inner).toArray(Tensor[]::new);
    CustomEntry entry = maker.make(tape, inner, sizes);
    Tensor[] through = tape.recordCustom(tape.nodes(outer), results, entry);
    return Tree.refill(inner, List.of(through));
  }

  /** A tape beneath slices records all of them at once; a hook is for one. */
  private static <T> T attachToSlices(
      Batch batch, T values, Reach reach, List<Long> sizes, EntryMaker<T> maker) {
    boolean whole = reach != Reach.FOLLOWED;
    if (!whole && Tree.tensors(values).stream().noneMatch(batch::isMapped)) {
      return attach(batch.parent(), values, reach, sizes, maker);
    }
    List<Long> deeper = new ArrayList<>(sizes);
    deeper.add(batch.size());
    T all = Tree.map(values, batch::all);
    return Tree.map(attach(batch.parent(), all, reach, deeper, maker), batch::over);
  }

  /** What a function of one slice makes of all slices, stacked once for each size. */
  private static <A, R> R overSlices(List<Long> sizes, A all, Function<A, R> ofOne) {
    if (sizes.isEmpty()) {
      return ofOne.apply(all);
    }
    int last = sizes.size() - 1;
    Batch here = new Batch(Interpreters.top(), sizes.get(last));
    return here.over(all, slices -> overSlices(sizes.subList(0, last), slices, ofOne));
  }

  /** A hook on all slices that does to each what the given one does. */
  static GradientHook overSlices(List<Long> sizes, GradientHook ofOne) {
    return sizes.isEmpty()
        ? ofOne
        : all -> overSlices(sizes, all, one -> orElse(ofOne.onGradient(one), one));
  }

  private static <T> T orElse(@Nullable T returned, T given) {
    return returned == null ? given : returned;
  }

  private static boolean hasTapeBelow(Interpreter top) {
    for (Interpreter i = top; i != i.parent(); i = i.parent()) {
      if (i instanceof Tape) {
        return true;
      }
    }
    return false;
  }

  /** A tape beneath tangents records those too, and not only the tensors that the hook is for. */
  static void requireNoTangents(Interpreter top) {
    if (top instanceof ForwardMode && hasTapeBelow(top)) {
      throw new TensorException(
          Messages.of("hook: a gradient is taken of " + top + ", in which hooks cannot be run")
              .hint("take the gradient inside: jacfwd(grad(f)); or remove the hook")
              .text());
    }
  }

  /** Passes gradients through a function. */
  private static final class Tap<T> implements CustomEntry {
    private final Form<T> form;
    private final UnaryOperator<T> onGradient;

    Tap(Interpreter parent, String what, T like, UnaryOperator<T> onGradient) {
      form = new Form<>(parent, what, like);
      this.onGradient = onGradient;
    }

    @Override
    public @Nullable Tensor[] pull(@Nullable Tensor[] dy) {
      T given = form.fill(dy);
      return form.checked(given, onGradient.apply(given), dy);
    }

    @Override
    public void drop() {}
  }

  /** Stands at the entrance of work and waits for what arrives at its exit. */
  private static final class Passage<I, O> implements CustomEntry {
    private final Interpreter parent;
    private final Form<I> form;
    private final BiFunction<I, O, I> onGradients;
    private final boolean floats;
    private @Nullable O arrived;

    Passage(Interpreter parent, String what, I like, BiFunction<I, O, I> onGradients) {
      this.parent = parent;
      this.onGradients = onGradients;
      form = new Form<>(parent, what, like);
      floats = form.hasFloats();
    }

    /** The gradient of the output; the walk comes to the entrance later, if it has one at all. */
    void arrived(O gradient) {
      if (floats) {
        forget();
        arrived = Tree.map(gradient, parent::retain);
      } else {
        I zeros = form.fill(new Tensor[form.size()]);
        form.checked(zeros, onGradients.apply(zeros, gradient), new Tensor[form.size()]);
      }
    }

    @Override
    public boolean isDue() {
      return arrived != null;
    }

    @Override
    public @Nullable Tensor[] pull(@Nullable Tensor[] dy) {
      O output = arrived;
      if (output == null) {
        return dy;
      }
      I given = form.fill(dy);
      @Nullable Tensor[] results = form.checked(given, onGradients.apply(given, output), dy);
      forget();
      return results;
    }

    private void forget() {
      if (arrived != null) {
        Tree.forEach(arrived, parent::drop);
        arrived = null;
      }
    }

    @Override
    public void drop() {
      forget();
    }
  }

  /** The form of values, for gradients of the same form. */
  private static final class Form<T> {
    private final Interpreter parent;
    private final String what;

    /** Only forms and types of it are used; its tensors may have ended. */
    private final T like;

    Form(Interpreter parent, String what, T like) {
      this.parent = parent;
      this.what = what;
      this.like = like;
    }

    int size() {
      return Tree.tensors(like).size();
    }

    boolean hasFloats() {
      return Tree.tensors(like).stream().anyMatch(t -> t.dtype().isFloat());
    }

    T fill(@Nullable Tensor[] gradients) {
      List<Tensor> filled = new ArrayList<>();
      List<Tensor> types = Tree.tensors(like);
      for (int i = 0; i < gradients.length; i++) {
        Tensor given = gradients[i];
        filled.add(given == null ? Gradients.zeros(parent, types.get(i).type()) : given);
      }
      return Tree.refill(like, filled);
    }

    /** The tensors of a gradient that a hook gave; what it left alone stays as it came. */
    @Nullable Tensor[] checked(T given, @Nullable T returned, @Nullable Tensor[] dy) {
      if (returned == null || returned == given) {
        return dy;
      }
      List<Tensor> before = Tree.tensors(given);
      List<Tensor> after = Tree.tensors(returned);
      if (before.size() != after.size()) {
        throw new ArgumentException(
            Messages.of(what + " returned another number of gradients than it was given")
                .line("given   ", before.size())
                .line("returned", after.size())
                .hint("return null to leave them, or one for each")
                .text());
      }
      @Nullable Tensor[] results = new Tensor[dy.length];
      for (int i = 0; i < results.length; i++) {
        Tensor gradient = after.get(i);
        GradientHooks.requireLike(
            before.size() == 1 ? what : what + ", at gradient " + i + ",",
            before.get(i).type(),
            gradient.type());
        results[i] = gradient == before.get(i) ? dy[i] : gradient;
      }
      return results;
    }
  }
}
