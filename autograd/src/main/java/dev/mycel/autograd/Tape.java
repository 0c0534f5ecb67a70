package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.MissingRuleException;
import dev.mycel.core.Ops;
import dev.mycel.core.Precision;
import dev.mycel.core.Primitive;
import dev.mycel.core.Profile;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records what is computed from watched leaves, and walks it back once. Its tensors carry a tensor
 * of the parent and the number of the node that gradients are added to.
 *
 * <p>Everything runs under the parent, the rows of the backward walk too: under an outer tape the
 * steps are recorded again, which is all that higher orders take. A value is kept only if the row
 * of an input that is followed needs it, by a lease of its own, and is dropped as the walk passes.
 */
final class Tape extends Interpreter implements AutoCloseable {
  /** A tensor of the parent, and its node. */
  private record Traced(Tensor inner, int node) {}

  /** One recorded call: parallel to rows of the table. */
  private abstract static class Entry {
    final int[] inputNodes;
    final int firstOutput;
    final int outputs;

    /** Where it was recorded, if a profile is open. */
    final String place = Profile.isOpen() ? Profile.place() : "";

    Entry(int[] inputNodes, int firstOutput, int outputs) {
      this.inputNodes = inputNodes;
      this.firstOutput = firstOutput;
      this.outputs = outputs;
    }

    /** Gradients by input, null for none. */
    abstract @Nullable Tensor[] pull(@Nullable Tensor[] dy);

    /** Whether it is pulled though no gradient arrives. */
    boolean isDue() {
      return false;
    }

    /** Gives up what was kept. */
    abstract void drop();
  }

  /** What most entries keep: long tapes consist of little else than entries. */
  private static final @Nullable Tensor[] NOTHING = {};

  private final Interpreter parent;
  private final Thread thread = Thread.currentThread();
  private final VjpTable table = VjpTable.get();
  private final Map<Variable, Tensor> leaves = new IdentityHashMap<>();
  private final List<Entry> entries = new ArrayList<>();
  private final NodeHooks hooks = new NodeHooks();
  private final DroppedParts dropped = new DroppedParts();
  private int nodes;
  private boolean closed;

  Tape(Interpreter parent, List<? extends Variable> watched) {
    this.parent = parent;
    for (Variable v : watched) {
      if (!v.isDifferentiable()) {
        continue;
      }
      leaves.put(v, watch(Interpreters.under(parent, v::value)));
    }
  }

  /** A tensor of this tape whose gradient can be asked for. */
  Tensor watch(Tensor value) {
    return traced(value, nodes++);
  }

  /** The node of a variable that was named at the start, or -1 if it is frozen. */
  int node(Variable v) {
    Tensor leaf = leaves.get(v);
    return leaf == null ? -1 : node(leaf);
  }

  /** The node of a tensor, or -1 if this tape does not follow it. */
  int node(Tensor t) {
    return owns(t) ? ((Traced) open(t)).node() : -1;
  }

  /** The nodes of tensors. */
  int[] nodes(Tensor[] tensors) {
    int[] result = new int[tensors.length];
    Arrays.setAll(result, i -> node(tensors[i]));
    return result;
  }

  /** Whether the tensor is one of this tape's. */
  boolean holds(Tensor t) {
    return owns(t);
  }

  /** From now on calls are followed, but not kept. Returns the number of the first node. */
  int beginDropping() {
    return dropped.open(nodes);
  }

  /** From now on calls are kept again. */
  void endDropping() {
    dropped.close(nodes);
  }

  boolean isDropping() {
    return dropped.isOpen();
  }

  /** Lets a hook see the gradient of one of this tape's tensors once it is complete. */
  HookHandle hook(Tensor t, GradientHook hook) {
    return hooks.add(node(t), t.type(), hook);
  }

  private Tensor traced(Tensor inner, int node) {
    return wrap(inner.type(), new Traced(inner, node));
  }

  // ---- forward ----------------------------------------------------------------------------------

  @Override
  public <A> Tensor[] interpret(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    check(primitive.name());
    boolean followed = false;
    Tensor[] inner = new Tensor[inputs.length];
    int[] inputNodes = new int[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      Tensor t = inputs[i];
      if (owns(t)) {
        Traced traced = (Traced) open(t);
        inner[i] = traced.inner();
        inputNodes[i] = traced.node();
        followed |= traced.node() >= 0;
        dropped.check(traced.node(), t.type());
      } else {
        inner[i] = t;
        inputNodes[i] = -1;
      }
    }
    if (!followed || VjpTable.isFlat(primitive)) {
      return parent.interpret(primitive, attrs, inner);
    }
    VjpTable.Row<A> row = table.find(primitive);
    if (row == null) {
      return expand(primitive, attrs, inputs);
    }
    Tensor[] results = parent.interpret(primitive, attrs, inner);
    return dropped.isOpen() ? follow(results) : record(row, attrs, inner, inputNodes, results);
  }

  private <A> Tensor[] expand(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    if (!primitive.isComposite()) {
      throw new MissingRuleException(
          Messages.of(primitive + ": it has no gradient row")
              .hint("provide one by a VjpProvider, or list it flat")
              .text());
    }
    return Interpreters.top() == this
        ? primitive.expand(attrs, inputs)
        : Interpreters.under(this, () -> primitive.expand(attrs, inputs));
  }

  private <A> Tensor[] record(
      VjpTable.Row<A> row, A attrs, Tensor[] inner, int[] inputNodes, Tensor[] results) {
    long needIn = 0;
    long needOut = 0;
    for (int i = 0; i < inputNodes.length; i++) {
      if (inputNodes[i] >= 0) {
        Needs needs = row.needs(i);
        needIn |= needs.inputs();
        needOut |= needs.outputs();
      }
    }
    TensorType[] inputTypes = new TensorType[inner.length];
    @Nullable Tensor[] keptIn = needIn == 0 ? NOTHING : new Tensor[inner.length];
    for (int i = 0; i < inner.length; i++) {
      inputTypes[i] = inner[i].type();
      if ((needIn >> i & 1) != 0) {
        keptIn[i] = parent.retain(inner[i]);
      }
    }
    TensorType[] outputTypes = new TensorType[results.length];
    @Nullable Tensor[] keptOut = needOut == 0 ? NOTHING : new Tensor[results.length];
    for (int i = 0; i < results.length; i++) {
      outputTypes[i] = results[i].type();
      if ((needOut >> i & 1) != 0) {
        keptOut[i] = parent.retain(results[i]);
      }
    }
    Saved<A> saved = new Saved<>(attrs, inputTypes, outputTypes, keptIn, keptOut);
    entries.add(new Call<>(parent, row, saved, keptIn, keptOut, inputNodes, nodes, results.length));
    return follow(results);
  }

  /** The results as tensors of this tape; integers carry no gradient. */
  private Tensor[] follow(Tensor[] results) {
    Tensor[] traced = new Tensor[results.length];
    for (int i = 0; i < results.length; i++) {
      int node = nodes++;
      traced[i] = results[i].dtype().isFloat() ? traced(results[i], node) : results[i];
    }
    return traced;
  }

  /**
   * One entry for work that the caller does under the parent and knows the gradient of.
   *
   * @param inputNodes the nodes that gradients may flow to, or -1
   * @param results tensors of the parent
   */
  Tensor[] recordCustom(int[] inputNodes, Tensor[] results, CustomEntry custom) {
    if (dropped.isOpen()) {
      custom.drop();
    } else {
      entries.add(new CustomCall(custom, inputNodes, nodes, results.length));
    }
    return follow(results);
  }

  private static final class CustomCall extends Entry {
    private final CustomEntry custom;

    CustomCall(CustomEntry custom, int[] inputNodes, int firstOutput, int outputs) {
      super(inputNodes, firstOutput, outputs);
      this.custom = custom;
    }

    @Override
    @Nullable Tensor[] pull(@Nullable Tensor[] dy) {
      return custom.pull(dy);
    }

    @Override
    boolean isDue() {
      return custom.isDue();
    }

    @Override
    void drop() {
      custom.drop();
    }
  }

  private static final class Call<A> extends Entry {
    private final Interpreter parent;
    private final VjpTable.Row<A> row;
    private final Saved<A> saved;
    private final @Nullable Tensor[] keptIn;
    private final @Nullable Tensor[] keptOut;

    Call(
        Interpreter parent,
        VjpTable.Row<A> row,
        Saved<A> saved,
        @Nullable Tensor[] keptIn,
        @Nullable Tensor[] keptOut,
        int[] inputNodes,
        int firstOutput,
        int outputs) {
      super(inputNodes, firstOutput, outputs);
      this.parent = parent;
      this.row = row;
      this.saved = saved;
      this.keptIn = keptIn;
      this.keptOut = keptOut;
    }

    @Override
    @Nullable Tensor[] pull(@Nullable Tensor[] dy) {
      boolean[] wanted = new boolean[inputNodes.length];
      for (int i = 0; i < wanted.length; i++) {
        wanted[i] = inputNodes[i] >= 0;
      }
      return row.pull(saved, dy, wanted);
    }

    @Override
    void drop() {
      dropAll(parent, keptIn);
      dropAll(parent, keptOut);
    }
  }

  private static void dropAll(Interpreter parent, @Nullable Tensor[] kept) {
    for (int i = 0; i < kept.length; i++) {
      Tensor t = kept[i];
      if (t != null) {
        kept[i] = null;
        parent.drop(t);
      }
    }
  }

  @Override
  public Tensor read(Variable variable) {
    check("read");
    Tensor leaf = leaves.get(variable);
    return leaf == null ? parent.read(variable) : leaf;
  }

  @Override
  public void write(Variable variable, Tensor value) {
    parent.write(variable, lower(value));
  }

  @Override
  public <A> Tensor[] update(
      Primitive<A> primitive, A attrs, Variable[] variables, Tensor[] others) {
    Tensor[] lowered = new Tensor[others.length];
    Arrays.setAll(lowered, i -> lower(others[i]));
    return parent.update(primitive, attrs, variables, lowered);
  }

  @Override
  public Tensor retain(Tensor tensor) {
    if (!owns(tensor)) {
      return parent.retain(tensor);
    }
    Traced traced = (Traced) open(tensor);
    return traced(parent.retain(traced.inner()), traced.node());
  }

  @Override
  public void drop(Tensor tensor) {
    parent.drop(owns(tensor) ? ((Traced) open(tensor)).inner() : tensor);
  }

  @Override
  public Tensor lower(Tensor tensor) {
    return owns(tensor) ? ((Traced) open(tensor)).inner() : tensor;
  }

  @Override
  public Interpreter parent() {
    return parent;
  }

  // ---- backward ---------------------------------------------------------------------------------

  /**
   * The gradients of some nodes.
   *
   * @param seeds gradients of nodes, by node; tensors of the parent
   * @param keep whether the entries stay usable for another walk
   * @return by wanted node; null where nothing flows; owned by the innermost scope
   */
  @Nullable Tensor[] backward(Map<Integer, Tensor> seeds, int[] wanted, boolean keep) {
    return backward(parent, seeds, wanted, keep);
  }

  /**
   * The gradients of some nodes, computed under another interpreter: one whose tensors the seeds
   * are, and whose parent is this tape's, or that parent itself.
   */
  @Nullable Tensor[] backward(
      Interpreter walker, Map<Integer, Tensor> seeds, int[] wanted, boolean keep) {
    check("backward");
    @Nullable Tensor[] sums = new Tensor[nodes];
    try {
      seeds.forEach((node, seed) -> sums[node] = walker.retain(seed));
      boolean[] watched = new boolean[nodes];
      for (int w : wanted) {
        watched[w] = true;
      }
      walkUnder(walker, sums, watched, keep);
      @Nullable Tensor[] results = new Tensor[wanted.length];
      for (int i = 0; i < wanted.length; i++) {
        Tensor sum = sums[wanted[i]];
        results[i] = sum == null ? null : Scope.manage(walker.retain(sum));
      }
      return results;
    } finally {
      dropAll(walker, sums);
    }
  }

  /**
   * Walks in the types that the forward pass has settled: its casts were recorded, and the caller's
   * precision would round gradients a second time.
   */
  private void walkUnder(
      Interpreter walker, @Nullable Tensor[] sums, boolean[] watched, boolean keep) {
    Precision before = Precision.swap(Precision.NONE);
    try {
      Interpreters.under(walker, () -> walk(walker, sums, watched, keep));
    } finally {
      Precision.swap(before);
    }
  }

  private boolean walk(
      Interpreter walker, @Nullable Tensor[] sums, boolean[] watched, boolean keep) {
    for (int e = entries.size() - 1; e >= 0; e--) {
      Entry entry = entries.get(e);
      @Nullable Tensor[] dy = new Tensor[entry.outputs];
      boolean reached = entry.isDue();
      for (int i = 0; i < dy.length; i++) {
        dy[i] = sums[entry.firstOutput + i];
        reached |= dy[i] != null;
      }
      if (reached) {
        pull(walker, entry, dy, sums);
        for (int i = 0; i < dy.length; i++) {
          Tensor done = dy[i];
          if (done != null && !watched[entry.firstOutput + i]) {
            sums[entry.firstOutput + i] = null;
            walker.drop(done);
          }
        }
      }
      if (!keep) {
        entry.drop();
        entries.remove(e);
      }
    }
    hooks.finish(walker, watched, sums);
    leaves.forEach((variable, leaf) -> NodeHooks.finish(walker, variable, node(leaf), sums));
    return true;
  }

  private void pull(
      Interpreter walker, Entry entry, @Nullable Tensor[] dy, @Nullable Tensor[] sums) {
    String before = entry.place.isEmpty() ? null : Profile.enter(entry.place + " (gradient)");
    try (Scope scope = Scope.open()) {
      accumulate(walker, entry, entry.pull(hooks.applied(entry.firstOutput, dy)), sums);
    } finally {
      if (before != null) {
        Profile.enter(before);
      }
    }
  }

  private static Tensor sum(Interpreter walker, Tensor before, Tensor grad) {
    return before.type().equals(grad.type())
        ? walker.accumulate(before, grad)
        : Ops.add(before, grad);
  }

  private void accumulate(
      Interpreter walker, Entry entry, @Nullable Tensor[] grads, @Nullable Tensor[] sums) {
    for (int i = 0; i < grads.length; i++) {
      int node = entry.inputNodes[i];
      Tensor grad = grads[i];
      if (node < 0 || grad == null) {
        continue;
      }
      Tensor before = sums[node];
      Tensor next = before == null ? grad : sum(walker, before, grad);
      sums[node] = walker.retain(next);
      if (before != null) {
        walker.drop(before);
      }
    }
  }

  private void check(String what) {
    if (Thread.currentThread() != thread) {
      throw new TensorException(
          Messages.of(what + ": a gradient belongs to the thread that takes it")
              .line("taken by", thread.getName())
              .line("used by ", Thread.currentThread().getName())
              .hint("take the gradient inside the task, or pass plain tensors between threads")
              .text());
    }
    if (closed) {
      throw new TensorException(what + ": this gradient has already been taken and given up");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      entries.forEach(Entry::drop);
      entries.clear();
    }
  }

  @Override
  public String toString() {
    return "gradient";
  }
}
