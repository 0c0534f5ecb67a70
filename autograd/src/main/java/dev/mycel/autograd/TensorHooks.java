package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Registers hooks on tensors with the tapes that follow them. */
final class TensorHooks {
  private TensorHooks() {}

  static HookHandle register(Tensor tensor, GradientHook hook) {
    GradientHooks.checked(hook, tensor.type());
    List<HookHandle> handles = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    Tensor t = tensor;
    for (Interpreter i = Interpreters.top(); i != i.parent(); i = i.parent()) {
      if (i instanceof SecondRun run) {
        t = run.plain(t);
        if (run.isLeaf(t)) {
          break; // The first run registered it where the whole gradient is.
        }
      } else if (i instanceof Batch batch && batch.isMapped(t)) {
        sizes.add(batch.size());
        t = batch.all(t);
      } else if (i instanceof ForwardMode forward && forward.tangent(t) != null) {
        GradientTaps.requireNoTangents(forward);
      } else if (i instanceof Tape tape && tape.holds(t)) {
        handles.add(tape.hook(t, GradientTaps.overSlices(List.copyOf(sizes), hook)));
        t = tape.lower(t);
      }
    }
    return new HookHandle(() -> handles.forEach(HookHandle::remove));
  }
}
