package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose backward pass the user has written: each interpreter of the stack does its part, and
 * the forward pass runs once, at the bottom.
 */
final class CustomCalls {
  private CustomCalls() {}

  static <I, O> O call(Interpreter top, I input, CustomCall<I, O> call) {
    if (top instanceof Region region) {
      return call.variables().isEmpty()
          ? call(region.parent(), Tree.map(input, region::admit), call.inside(region))
          : withVariables(region, input, call);
    }
    if (top instanceof Tape tape) {
      return recorded(tape, input, call);
    }
    if (top instanceof ForwardMode forward) {
      return pushed(forward, input, call);
    }
    if (top instanceof Batch batch) {
      return batched(batch, input, call);
    }
    if (isDerivedBelow(top)) {
      return call(top.parent(), input, call);
    }
    O result = Interpreters.under(top, () -> call.forward().apply(input));
    if (result == null) {
      throw new TensorException(call.owner() + "bprop: the forward pass returned null");
    }
    return result;
  }

  /** Whether a derivative lies beneath what else is open, such as a profile. */
  private static boolean isDerivedBelow(Interpreter top) {
    for (Interpreter i = top; i != i.parent(); i = i.parent()) {
      if (i instanceof Tape || i instanceof ForwardMode || i instanceof Batch) {
        return true;
      }
    }
    return false;
  }

  // ---- reverse mode -----------------------------------------------------------------------------

  private static <I, O> O recorded(Tape tape, I input, CustomCall<I, O> call) {
    List<Tensor> inputs = Tree.tensors(input);
    List<Variable> variables = new ArrayList<>();
    call.variables().stream().filter(v -> tape.node(v) >= 0).forEach(variables::add);
    Interpreter parent = tape.parent();
    I lowered = Tree.map(input, tape::lower);
    O result = call(parent, lowered, call);
    boolean followed = !variables.isEmpty() || inputs.stream().anyMatch(t -> tape.node(t) >= 0);
    if (!followed) {
      return result;
    }
    int[] nodes = new int[inputs.size() + variables.size()];
    for (int i = 0; i < nodes.length; i++) {
      int k = i - inputs.size();
      nodes[i] = k < 0 ? tape.node(inputs.get(i)) : tape.node(variables.get(k));
    }
    I keptInput = Tree.map(lowered, parent::retain);
    O keptOutput = Tree.map(result, parent::retain);
    Tensor[] results = Tree.tensors(result).toArray(Tensor[]::new);
    Entry<I, O> entry = new Entry<>(parent, keptInput, keptOutput, call, variables);
    return Tree.refill(result, List.of(tape.recordCustom(nodes, results, entry)));
  }

  private record Entry<I, O>(
      Interpreter parent, I input, O output, CustomCall<I, O> call, List<Variable> variables)
      implements CustomEntry {
    @Override
    public @Nullable Tensor[] pull(@Nullable Tensor[] dy) {
      O dout = filled(parent, output, dy);
      @Nullable Tensor[] inputs = call.inputGradients(input, output, dout);
      if (variables.isEmpty()) {
        return inputs;
      }
      Map<? extends Variable, Tensor> given = call.variableGradients(input, output, dout);
      @Nullable Tensor[] grads = java.util.Arrays.copyOf(inputs, inputs.length + variables.size());
      for (int k = 0; k < variables.size(); k++) {
        grads[inputs.length + k] = given.get(variables.get(k));
      }
      return grads;
    }

    @Override
    public void drop() {
      Tree.forEach(input, parent::drop);
      Tree.forEach(output, parent::drop);
    }
  }

  /** The gradients of an output in its form, zeros where there is none. */
  private static <O> O filled(Interpreter under, O output, @Nullable Tensor[] dy) {
    int[] i = {0};
    return Tree.map(
        output,
        t -> {
          Tensor given = dy[i[0]++];
          return given == null ? Gradients.zeros(under, t.type()) : given;
        });
  }

  /**
   * A part that is recomputed knows only what entered it, so the variables enter with the input:
   * the second run finds their gradients where it finds all others.
   */
  private static <I, O> O withVariables(Region region, I input, CustomCall<I, O> call) {
    List<Variable> variables = List.copyOf(call.variables());
    List<Tensor> values = new ArrayList<>();
    variables.forEach(v -> values.add(region.read(v)));
    CustomCall<Pair<I, List<Tensor>>, O> wider =
        CustomCall.of(
            in -> call.forward().apply(in.first()),
            (in, out, dout) -> {
              Map<? extends Variable, Tensor> given = call.variableGradients(in.first(), out, dout);
              List<Tensor> grads = new ArrayList<>();
              for (int k = 0; k < variables.size(); k++) {
                Tensor grad = given.get(variables.get(k));
                grads.add(grad == null ? Ops.zerosLike(in.second().get(k)) : grad);
              }
              @Nullable Tensor[] own = call.inputGradients(in.first(), out, dout);
              return new Pair<>(Tree.refill(in.first(), List.of(own)), grads);
            });
    Pair<I, List<Tensor>> entering = new Pair<>(input, values);
    return call(region.parent(), Tree.map(entering, region::admit), wider.inside(region));
  }

  // ---- forward mode -----------------------------------------------------------------------------

  /** The tangent is what the backward pass says, transposed. */
  private static <I, O> O pushed(ForwardMode forward, I input, CustomCall<I, O> call) {
    List<Tensor> inputs = Tree.tensors(input);
    @Nullable Tensor[] dx = new Tensor[inputs.size()];
    boolean moves = false;
    for (int i = 0; i < dx.length; i++) {
      dx[i] = forward.tangent(inputs.get(i));
      moves |= dx[i] != null;
    }
    Interpreter parent = forward.parent();
    I lowered = Tree.map(input, forward::lower);
    O result = call(parent, lowered, call);
    if (!moves) {
      return result;
    }
    List<Tensor> outputs = Tree.tensors(result);
    TensorType[] types = outputs.stream().map(Tensor::type).toArray(TensorType[]::new);
    @Nullable Tensor[] dy =
        Interpreters.under(
            parent,
            () ->
                Transposed.push(
                    types,
                    dx,
                    u -> call.inputGradients(lowered, result, filled(parent, result, u))));
    return Tree.refill(result, List.of(forward.duals(outputs.toArray(Tensor[]::new), dy)));
  }

  // ---- slices -----------------------------------------------------------------------------------

  /**
   * The call over all slices is a custom call itself, of the interpreter beneath: its passes run
   * the given ones over the slices, wherever they are run.
   */
  private static <I, O> O batched(Batch batch, I input, CustomCall<I, O> call) {
    if (Tree.tensors(input).stream().noneMatch(batch::isMapped)) {
      return call(batch.parent(), input, call);
    }
    long size = batch.size();
    CustomCall<I, O> all =
        new CustomCall<>(
            call.owner(),
            in -> {
              Batch here = new Batch(Interpreters.top(), size);
              return here.over(in, slice -> call.forward().apply(slice));
            },
            (in, out, dout) -> {
              Batch here = new Batch(Interpreters.top(), size);
              O o = Tree.map(out, here::over);
              O d = Tree.map(dout, here::over);
              return here.over(in, slice -> call.backward().bprop(slice, o, d));
            },
            call.variables(),
            (in, out, dout) -> {
              Batch here = new Batch(Interpreters.top(), size);
              O o = Tree.map(out, here::over);
              O d = Tree.map(dout, here::over);
              Map<? extends Variable, Tensor> slices =
                  here.over(in, slice -> call.variableGradients(slice, o, d));
              Map<Variable, Tensor> sums = new LinkedHashMap<>();
              slices.forEach((v, g) -> sums.put(v, g.sum(0)));
              return sums;
            });
    I stacked = Tree.map(input, batch::all);
    return Tree.map(call(batch.parent(), stacked, all), batch::over);
  }
}
