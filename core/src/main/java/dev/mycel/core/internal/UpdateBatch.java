package dev.mycel.core.internal;

import dev.mycel.core.Interpreter.Update;
import dev.mycel.core.Primitive;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.GroupKernel;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Updates that wait until a kernel can take them together. Only those wait that work in place: they
 * allocate nothing, so none of them fails where those before it have succeeded. All others run by
 * themselves, after those that wait.
 */
final class UpdateBatch {
  private final Eager eager;
  private @Nullable Waiting<?> waiting;

  UpdateBatch(Eager eager) {
    this.eager = eager;
  }

  /** Updates that one kernel runs. */
  private static final class Waiting<A> {
    final KernelTable.Entry<A> entry;
    final GroupKernel<A> kernel;
    final Primitive<A> primitive;
    final List<KernelCall<A>> calls = new ArrayList<>();
    final List<Update<A>> updates = new ArrayList<>();
    final List<Buffer[]> held = new ArrayList<>();
    final List<Tensor[]> inputs = new ArrayList<>();

    Waiting(KernelTable.Entry<A> entry, GroupKernel<A> kernel, Primitive<A> primitive) {
      this.entry = entry;
      this.kernel = kernel;
      this.primitive = primitive;
    }

    @SuppressWarnings("unchecked") // an entry belongs to one primitive and its attributes
    <B> @Nullable Waiting<B> as(KernelTable.Entry<B> other) {
      return (Object) other == entry ? (Waiting<B>) this : null;
    }

    void run() {
      try {
        kernel.runAll(calls);
        for (int k = 0; k < calls.size(); k++) {
          finish(calls.get(k), updates.get(k));
        }
      } finally {
        for (int k = 0; k < calls.size(); k++) {
          end(calls.get(k), held.get(k), inputs.get(k));
        }
      }
    }

    private void finish(KernelCall<A> call, Update<A> update) {
      for (int i = 0; i < call.outputCount(); i++) {
        if (call.allocated(i) != call.input(i)) {
          throw new IllegalStateException(
              primitive + ": the kernel did not write output " + i + " in place");
        }
        update.variables()[i].touched();
      }
    }

    private static void end(KernelCall<?> call, Buffer[] held, Tensor[] inputs) {
      for (int i = 0; i < call.outputCount(); i++) {
        Buffer made = call.allocated(i);
        if (made != null) {
          made.storage().release();
        }
      }
      Eager.releaseAll(held);
      Reference.reachabilityFence(inputs);
    }
  }

  /** Lets an update wait, or runs all that wait and then the update. */
  <A> void add(Update<A> update) {
    if (!waits(update)) {
      run();
      eager.update(update.primitive(), update.attrs(), update.variables(), update.others());
    }
  }

  private <A> boolean waits(Update<A> update) {
    int n = update.variables().length;
    Tensor[] inputs = Eager.inputs(update.variables(), update.others());
    if (n >= Long.SIZE || eager.donated(inputs, n) != (1L << n) - 1) {
      return false;
    }
    TensorType[] types = new TensorType[inputs.length];
    Buffer[] buffers = new Buffer[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      types[i] = inputs[i].type();
      buffers[i] = eager.buffer(inputs[i]);
    }
    Backend backend = eager.backendOf(update.primitive(), types);
    TensorType[] results = update.primitive().infer(update.attrs(), types);
    if (results.length != n || Eager.converts(update.primitive(), backend, types)) {
      return false;
    }
    KernelCall<A> call =
        new KernelCall<>(
            update.primitive(), update.attrs(), buffers, results, backend, (1L << n) - 1);
    KernelTable.Entry<A> entry = Eager.find(backend.kernels(), call);
    if (entry == null
        || !(entry.kernel() instanceof GroupKernel<A> kernel)
        || !fits(entry, buffers)) {
      return false;
    }
    Waiting<A> group = group(entry, kernel, update.primitive());
    Eager.acquire(buffers);
    group.calls.add(call);
    group.updates.add(update);
    group.held.add(buffers);
    group.inputs.add(inputs);
    return true;
  }

  private static boolean fits(KernelTable.Entry<?> entry, Buffer[] buffers) {
    if (entry.access() == Access.CONTIGUOUS) {
      for (Buffer b : buffers) {
        if (!b.layout().isContiguous()) {
          return false;
        }
      }
    }
    return true;
  }

  private <A> Waiting<A> group(
      KernelTable.Entry<A> entry, GroupKernel<A> kernel, Primitive<A> primitive) {
    Waiting<?> now = waiting;
    Waiting<A> same = now == null ? null : now.as(entry);
    if (same == null) {
      run();
      same = new Waiting<>(entry, kernel, primitive);
      waiting = same;
    }
    return same;
  }

  /** Runs those that wait. */
  void run() {
    Waiting<?> now = waiting;
    waiting = null;
    if (now != null) {
      now.run();
    }
  }
}
