package dev.mycel.nn;

import dev.mycel.autograd.GradientTaps;
import dev.mycel.autograd.HookHandle;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tree;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The hooks of one cell, each kind in the order of registration. */
final class Hooks<I, O> {
  private final List<ForwardPreHook<I, O>> forwardPre = new CopyOnWriteArrayList<>();
  private final List<ForwardHook<I, O>> forward = new CopyOnWriteArrayList<>();
  private final List<BackwardPreHook<I, O>> backwardPre = new CopyOnWriteArrayList<>();
  private final List<BackwardHook<I, O>> backward = new CopyOnWriteArrayList<>();

  private final Cell<I, O> cell;

  Hooks(Cell<I, O> cell) {
    this.cell = cell;
  }

  // Each hook is wrapped, so that one that is registered twice is removed once.

  HookHandle addForwardPre(ForwardPreHook<I, O> hook) {
    ForwardPreHook<I, O> given = given("registerForwardPreHook", hook);
    ForwardPreHook<I, O> own = (c, in) -> given.beforeForward(c, in);
    return added(forwardPre, own);
  }

  HookHandle addForward(ForwardHook<I, O> hook) {
    ForwardHook<I, O> given = given("registerForwardHook", hook);
    ForwardHook<I, O> own = (c, in, out) -> given.afterForward(c, in, out);
    return added(forward, own);
  }

  HookHandle addBackwardPre(BackwardPreHook<I, O> hook) {
    BackwardPreHook<I, O> given = given("registerBackwardPreHook", hook);
    BackwardPreHook<I, O> own = (c, dout) -> given.beforeBackward(c, dout);
    return added(backwardPre, own);
  }

  HookHandle addBackward(BackwardHook<I, O> hook) {
    BackwardHook<I, O> given = given("registerBackwardHook", hook);
    BackwardHook<I, O> own = (c, din, dout) -> given.afterBackward(c, din, dout);
    return added(backward, own);
  }

  private static <H> HookHandle added(List<H> hooks, H hook) {
    hooks.add(hook);
    return new HookHandle(() -> hooks.remove(hook));
  }

  private <H> H given(String method, @Nullable H hook) {
    if (hook == null) {
      throw new ArgumentException(
          Messages.of(method + ": the hook for " + cell.clsName() + " is null")
              .hint("give a function; to take a hook away, call remove() of its handle")
              .text());
    }
    return hook;
  }

  boolean isEmpty() {
    return forwardPre.isEmpty() && forward.isEmpty() && backwardPre.isEmpty() && backward.isEmpty();
  }

  /** Does the work of a call between its hooks. */
  O around(I given, Function<I, O> work) {
    I input = enter(given);
    O output =
        backward.isEmpty()
            ? Outputs.checked(cell, work.apply(input))
            : GradientTaps.around(
                "registerBackwardHook: a hook of " + cell.clsName(),
                input,
                in -> Outputs.checked(cell, work.apply(in)),
                (gradInput, gradOutput) -> leave(gradInput, gradOutput));
    output = afterForward(input, output);
    return backwardPre.isEmpty()
        ? output
        : GradientTaps.onGradient(
            "registerBackwardPreHook: a hook of " + cell.clsName(),
            output,
            gradOutput -> arrive(gradOutput));
  }

  private I enter(I given) {
    I input = given;
    for (ForwardPreHook<I, O> hook : forwardPre) {
      I other = hook.beforeForward(cell, input);
      if (other != null) {
        requireWhole(other);
        requireAsMany("registerForwardPreHook", "input ", input, other);
        input = other;
      }
    }
    return input;
  }

  private void requireWhole(I input) {
    try {
      cell.checkInput(input);
    } catch (ArgumentException e) {
      throw new ArgumentException(
          Messages.of("registerForwardPreHook: a hook of " + cell.clsName() + " left out an input")
              .line("problem", e.getMessage())
              .hint("return null to keep the input, or all of it")
              .text());
    }
  }

  private O afterForward(I input, O computed) {
    O output = computed;
    for (ForwardHook<I, O> hook : forward) {
      O other = hook.afterForward(cell, input, output);
      if (other != null) {
        requireAsMany("registerForwardHook", "output", output, other);
        output = other;
      }
    }
    return output;
  }

  private void requireAsMany(String method, String what, Object before, Object after) {
    int expected = Tree.tensors(before).size();
    int found = Tree.tensors(after).size();
    if (expected != found) {
      throw new ArgumentException(
          Messages.of(method + ": a hook of " + cell.clsName() + " changed the number of tensors")
              .line(what + "  ", expected)
              .line("returned", found)
              .hint("return null to leave them, or one for each")
              .text());
    }
  }

  private O arrive(O gradOutput) {
    O gradient = gradOutput;
    for (BackwardPreHook<I, O> hook : backwardPre) {
      O other = hook.beforeBackward(cell, gradient);
      gradient = other == null ? gradient : other;
    }
    return gradient;
  }

  private I leave(I gradInput, O gradOutput) {
    I gradient = gradInput;
    for (BackwardHook<I, O> hook : backward) {
      I other = hook.afterBackward(cell, gradient, gradOutput);
      gradient = other == null ? gradient : other;
    }
    return gradient;
  }
}
