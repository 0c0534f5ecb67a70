package dev.mycel.autograd;

import dev.mycel.core.DrawLog;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Precision;
import dev.mycel.core.Profile;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Work whose intermediate results are not kept: when the backward pass comes to it, it runs again
 * on what entered it. Griewank and Walther, 2000; Chen et al., 2016.
 *
 * <p>In the first run the tapes follow the work without keeping entries, so that it is the same
 * operations as ever; each tape then gets one entry for the whole. The first run notes the tensors
 * of those tapes that enter (as input or otherwise), the variables read, the random draws and the
 * precision. The second run has them all again, under a tape of its own whose parent is that of the
 * tape that asks: so an outer tape records it, and higher orders come out by themselves.
 */
final class Recomputation<I, O> {
  private final Function<I, O> body;
  private final Interpreter top;

  /** Those that record, the innermost first. */
  private final List<Tape> tapes;

  /** By tape, the number of its first node inside. */
  private final int[] starts;

  /** By tape, what entered, by node. */
  private final List<Map<Integer, Tensor>> entered = new ArrayList<>();

  private final Map<Variable, Tensor> reads = new IdentityHashMap<>();
  private final Set<Variable> written = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Variable> pinned = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Claims of the top interpreter, given up with the last entry. */
  private final List<Tensor> claims = new ArrayList<>();

  private final DrawLog draws = new DrawLog();
  private final Precision precision = Precision.current();
  private final I input;
  private TensorType[] outputs = {};
  private int entries;

  private Recomputation(Interpreter top, List<Tape> tapes, I given, Function<I, O> body) {
    this.top = top;
    this.tapes = tapes;
    this.body = body;
    starts = new int[tapes.size()];
    tapes.forEach(t -> entered.add(new LinkedHashMap<>()));
    input = Tree.map(given, this::claim);
  }

  static <I, O> O run(I input, Function<I, O> body) {
    Interpreter top = Interpreters.top();
    List<Tape> tapes = recording(top);
    return tapes.isEmpty()
        ? scoped(body, input)
        : new Recomputation<>(top, tapes, input, body).first(input);
  }

  /**
   * The tapes that would keep what is computed now. Those in a part that is dropped already keep
   * nothing; and where another kind of interpreter lies above a tape, whose tensors cannot be
   * followed from here, everything is kept as usual.
   */
  private static List<Tape> recording(Interpreter top) {
    List<Tape> tapes = new ArrayList<>();
    boolean opaque = false;
    for (Interpreter i = top; i != i.parent(); i = i.parent()) {
      if (!(i instanceof Tape tape)) {
        opaque |= !(i instanceof Region || i instanceof Profile);
      } else if (tape.isDropping()) {
        break;
      } else if (opaque) {
        return List.of();
      } else {
        tapes.add(tape);
      }
    }
    return tapes;
  }

  private static <I, O> O scoped(Function<I, O> body, I input) {
    try (Scope scope = Scope.open()) {
      return scope.give(body.apply(input));
    }
  }

  // ---- first run --------------------------------------------------------------------------------

  private O first(I given) {
    boolean done = false;
    try {
      O output = followed(given);
      Tensor[] made = Tree.tensors(output).toArray(Tensor[]::new);
      outputs = types(made);
      O result = Tree.refill(output, List.of(wrapped(0, made)));
      done = true;
      return result;
    } finally {
      if (!done || entries == 0) {
        giveUp();
      }
    }
  }

  private O followed(I given) {
    for (int k = 0; k < starts.length; k++) {
      starts[k] = tapes.get(k).beginDropping();
    }
    try {
      return Interpreters.under(
          new FirstRun(top, this), () -> draws.record(() -> scoped(body, given)));
    } finally {
      tapes.forEach(Tape::endDropping);
    }
  }

  /** The outputs as a tape gives them on: those made inside become the outputs of one entry. */
  private Tensor[] wrapped(int k, Tensor[] made) {
    if (k == tapes.size()) {
      return made;
    }
    Tape tape = tapes.get(k);
    Tensor[] lowered = new Tensor[made.length];
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < made.length; i++) {
      lowered[i] = tape.lower(made[i]);
      if (tape.node(made[i]) >= starts[k]) {
        places.add(i);
      }
    }
    Tensor[] inner = wrapped(k + 1, lowered);
    Tensor[] results = new Tensor[made.length];
    for (int i = 0; i < made.length; i++) {
      results[i] = tape.holds(made[i]) ? made[i] : inner[i];
    }
    if (!places.isEmpty()) {
      entries++;
      Tensor[] own = places.stream().map(p -> inner[p]).toArray(Tensor[]::new);
      Tensor[] inputs = entered.get(k).values().toArray(Tensor[]::new);
      Tensor[] followed = tape.recordCustom(inputs, own, new Entry(k, places));
      for (int i = 0; i < followed.length; i++) {
        results[places.get(i)] = followed[i];
      }
    }
    return results;
  }

  Interpreter top() {
    return top;
  }

  private Tensor claim(Tensor t) {
    Tensor own = top.retain(t);
    claims.add(own);
    return own;
  }

  private void giveUp() {
    claims.forEach(top::drop);
    claims.clear();
    reads.clear();
    entered.forEach(Map::clear);
  }

  /** Notes a tensor that an operation inside takes, if it comes from outside. */
  void noteUse(Tensor tensor) {
    boolean fresh = false;
    Tensor t = tensor;
    for (int k = 0; k < starts.length; k++) {
      Tape tape = tapes.get(k);
      int node = tape.node(t);
      fresh |= node >= 0 && node < starts[k] && !entered.get(k).containsKey(node);
      t = tape.lower(t);
    }
    if (fresh) {
      noteEntry(claim(tensor));
    }
  }

  private void noteEntry(Tensor own) {
    Tensor t = own;
    for (int k = 0; k < starts.length; k++) {
      Tape tape = tapes.get(k);
      int node = tape.node(t);
      if (node >= 0 && node < starts[k]) {
        entered.get(k).putIfAbsent(node, t);
      }
      t = tape.lower(t);
    }
  }

  /** Reads a variable; its value at first is what the second run will find. */
  Tensor noteRead(Variable variable) {
    Tensor seen = top.read(variable);
    boolean leaf = isOnATape(seen);
    if (leaf) {
      pinned.add(variable);
    }
    if (!reads.containsKey(variable) && (leaf || !written.contains(variable))) {
      reads.put(variable, claim(seen));
    }
    return seen;
  }

  /** A gradient's leaf is read from its tape, whatever is written meanwhile. */
  private boolean isOnATape(Tensor t) {
    for (Interpreter i = top; i != i.parent(); i = i.parent()) {
      if (i instanceof Tape tape && tape.holds(t)) {
        return true;
      }
    }
    return false;
  }

  void noteWrite(Variable variable) {
    written.add(variable);
  }

  // ---- second run -------------------------------------------------------------------------------

  Tape tape(int level) {
    return tapes.get(level);
  }

  boolean isPinned(Variable variable) {
    return pinned.contains(variable);
  }

  Tensor valueRead(Variable variable) {
    Tensor value = reads.get(variable);
    if (value == null) {
      Object name = variable instanceof HookedVariable ? variable : variable.type();
      throw changed("a variable that the first did not read", name);
    }
    return value;
  }

  TensorException changed(String what, Object found) {
    return new TensorException(
        Messages.of("recompute: the second run uses " + what)
            .line("found", found)
            .hint("what is recomputed must do the same each time it runs")
            .text());
  }

  private final class Entry implements CustomEntry {
    private final int level;
    private final List<Integer> places;

    Entry(int level, List<Integer> places) {
      this.level = level;
      this.places = places;
    }

    @Override
    public @Nullable Tensor[] pull(@Nullable Tensor[] dy) {
      Tape asking = tapes.get(level);
      Map<Integer, Tensor> leaves = new LinkedHashMap<>();
      try (Tape tape = new Tape(asking.parent(), List.of());
          SecondRun run = new SecondRun(Recomputation.this, tape, level, leaves)) {
        entered.get(level).forEach((node, t) -> leaves.put(node, tape.watch(asking.lower(t))));
        List<Tensor> results = again(run);
        Map<Integer, Tensor> seeds = new HashMap<>();
        for (int i = 0; i < dy.length; i++) {
          Tensor seed = dy[i];
          if (seed != null) {
            seeds.merge(node(tape, results.get(places.get(i))), seed, Ops::add);
          }
        }
        int[] wanted = leaves.values().stream().mapToInt(tape::node).toArray();
        return tape.backward(seeds, wanted, false);
      }
    }

    private int node(Tape tape, Tensor result) {
      int node = tape.node(result);
      if (node < 0) {
        throw changed("other operations: a result has no gradient any more", result.type());
      }
      return node;
    }

    private List<Tensor> again(SecondRun run) {
      Precision before = Precision.swap(precision);
      try {
        O output =
            Interpreters.under(
                run, () -> draws.replay(() -> scoped(body, Tree.map(input, run::plain))));
        List<Tensor> results = Tree.tensors(output);
        requireSame(types(results.toArray(Tensor[]::new)));
        return results;
      } finally {
        Precision.swap(before);
      }
    }

    @Override
    public void drop() {
      if (--entries == 0) {
        giveUp();
      }
    }
  }

  private void requireSame(TensorType[] found) {
    if (!List.of(found).equals(List.of(outputs))) {
      throw new TensorException(
          Messages.of("recompute: the second run gives another output than the first")
              .line("first run ", List.of(outputs))
              .line("second run", List.of(found))
              .hint("what is recomputed must do the same each time it runs")
              .text());
    }
  }

  private static TensorType[] types(Tensor[] tensors) {
    TensorType[] types = new TensorType[tensors.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = tensors[i].type();
    }
    return types;
  }
}
