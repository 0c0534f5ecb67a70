package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose backward pass the user has written: each tape on the stack keeps one entry, and the
 * forward pass runs once, at the bottom.
 */
final class CustomCalls {
  private CustomCalls() {}

  static <I, O> O call(I input, Function<I, O> forward, CustomBackward<I, O> backward) {
    return call(Interpreters.top(), input, forward, backward);
  }

  private static <I, O> O call(
      Interpreter top, I input, Function<I, O> forward, CustomBackward<I, O> backward) {
    if (top instanceof Region region) {
      return call(
          region.parent(),
          Tree.map(input, region::admit),
          in -> Interpreters.under(region.over(Interpreters.top()), () -> forward.apply(in)),
          backward);
    }
    if (!(top instanceof Tape tape)) {
      return isTapeBelow(top)
          ? call(top.parent(), input, forward, backward)
          : Interpreters.under(top, () -> forward.apply(input));
    }
    List<Tensor> inputs = Tree.tensors(input);
    I lowered = Tree.map(input, tape::lower);
    O result = call(tape.parent(), lowered, forward, backward);
    if (result == null) {
      throw new TensorException("bprop: the forward pass returned null");
    }
    if (inputs.stream().noneMatch(t -> tape.node(t) >= 0)) {
      return result;
    }
    Interpreter parent = tape.parent();
    I keptInput = Tree.map(lowered, parent::retain);
    O keptOutput = Tree.map(result, parent::retain);
    Tensor[] results = Tree.tensors(result).toArray(Tensor[]::new);
    Tensor[] followed =
        tape.recordCustom(
            inputs.toArray(Tensor[]::new),
            results,
            new Entry<>(parent, keptInput, keptOutput, backward));
    return Tree.refill(result, List.of(followed));
  }

  /** Whether a tape lies beneath what else is open, such as a profile. */
  private static boolean isTapeBelow(Interpreter top) {
    for (Interpreter i = top; i != i.parent(); i = i.parent()) {
      if (i instanceof Tape) {
        return true;
      }
    }
    return false;
  }

  private record Entry<I, O>(Interpreter parent, I input, O output, CustomBackward<I, O> backward)
      implements CustomEntry {
    @Override
    public @Nullable Tensor[] pull(@Nullable Tensor[] dy) {
      int[] i = {0};
      O dout =
          Tree.map(
              output,
              t -> {
                Tensor given = dy[i[0]++];
                return given == null ? Gradients.zeros(parent, t.type()) : given;
              });
      I gradient = backward.bprop(input, output, dout);
      return checked(gradient);
    }

    private @Nullable Tensor[] checked(@Nullable I gradient) {
      List<Tensor> inputs = Tree.tensors(input);
      if (gradient == null) {
        throw new TensorException(
            "bprop: it returned null; return one gradient per input, zeros where nothing flows");
      }
      List<Tensor> found = new ArrayList<>(Tree.tensors(gradient));
      if (found.size() != inputs.size()) {
        throw new ArgumentException(
            Messages.of("bprop: the number of gradients differs from the number of inputs")
                .line("inputs   ", inputs.size())
                .line("gradients", found.size())
                .text());
      }
      @Nullable Tensor[] grads = new Tensor[found.size()];
      for (int k = 0; k < grads.length; k++) {
        Tensor in = inputs.get(k);
        Tensor grad = found.get(k);
        Gradients.requireLike(
            "bprop: gradient " + k + " does not fit its input",
            "input   ",
            in.type(),
            "gradient",
            grad.type());
        grads[k] = grad;
      }
      return grads;
    }

    @Override
    public void drop() {
      Tree.forEach(input, parent::drop);
      Tree.forEach(output, parent::drop);
    }
  }
}
