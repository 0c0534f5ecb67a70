package dev.mycel.autograd.rules;

import dev.mycel.autograd.Needs;
import dev.mycel.autograd.Saved;
import dev.mycel.autograd.VjpTable;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of operations that move elements: each is another's inverse. */
final class MovementRows {
  private MovementRows() {}

  static void register(VjpTable t) {
    t.wrt(0, Prims.RESHAPE, Needs.nothing(), (s, g) -> Bind.reshape(g, s.inputType(0).shape()));
    t.wrt(
        0,
        Prims.TRANSPOSE,
        Needs.nothing(),
        (s, g) -> Interpreters.bind(Prims.TRANSPOSE, s.attrs().inverse(), g));
    t.wrt(0, Prims.BROADCAST_TO, Needs.nothing(), MovementRows::unbroadcast);
    t.wrt(0, Prims.SLICE, Needs.nothing(), MovementRows::unslice);
    t.wrt(0, Prims.FLIP, Needs.nothing(), (s, g) -> Interpreters.bind(Prims.FLIP, s.attrs(), g));
    t.wrt(0, Prims.PAD, Needs.nothing(), MovementRows::unpad);
    t.all(Prims.CONCAT, Needs.nothing(), MovementRows::unconcat);
    t.all(Prims.SPLIT, Needs.nothing(), MovementRows::unsplit);
  }

  private static Tensor unbroadcast(Saved<Attrs.To> s, Tensor g) {
    Shape from = s.inputType(0).shape();
    Shape to = g.shape();
    int extra = to.rank() - from.rank();
    int[] axes = new int[to.rank()];
    int n = 0;
    for (int i = 0; i < to.rank(); i++) {
      if (i < extra || (from.dim(i - extra) == 1 && to.dim(i) != 1)) {
        axes[n++] = i;
      }
    }
    return Bind.reshape(Bind.sum(g, Arrays.copyOf(axes, n)), from);
  }

  private static Tensor unslice(Saved<Attrs.Slice> s, Tensor g) {
    Shape from = s.inputType(0).shape();
    Attrs.Slice a = s.attrs();
    int rank = from.rank();
    long[] high = new long[rank];
    long[] between = new long[rank];
    long[] low = a.starts().clone();
    for (int i = 0; i < rank; i++) {
      long n = a.sizes().dim(i);
      between[i] = a.steps()[i] - 1;
      low[i] = n == 0 ? 0 : low[i];
      long covered = n == 0 ? 0 : low[i] + (n - 1) * a.steps()[i] + 1;
      high[i] = from.dim(i) - covered;
    }
    return Interpreters.bind(Prims.PAD, new Attrs.Pad(low, high, between, 0), g);
  }

  private static Tensor unpad(Saved<Attrs.Pad> s, Tensor g) {
    Attrs.Pad a = s.attrs();
    long[] steps = new long[a.between().length];
    Arrays.setAll(steps, i -> a.between()[i] + 1);
    return Interpreters.bind(
        Prims.SLICE, new Attrs.Slice(a.low(), s.inputType(0).shape(), steps), g);
  }

  private static @Nullable Tensor[] unconcat(
      Saved<Attrs.Axis> s, @Nullable Tensor[] dy, boolean[] wanted) {
    @Nullable Tensor[] parts = new Tensor[wanted.length];
    Tensor g = dy[0];
    if (g == null) {
      return parts;
    }
    int axis = s.attrs().axis();
    long at = 0;
    for (int i = 0; i < parts.length; i++) {
      Shape part = s.inputType(i).shape();
      if (wanted[i]) {
        long[] starts = new long[part.rank()];
        long[] steps = new long[part.rank()];
        Arrays.fill(steps, 1);
        starts[axis] = at;
        parts[i] = Interpreters.bind(Prims.SLICE, new Attrs.Slice(starts, part, steps), g);
      }
      at += part.dim(axis);
    }
    return parts;
  }

  private static @Nullable Tensor[] unsplit(
      Saved<Attrs.Split> s, @Nullable Tensor[] dy, boolean[] wanted) {
    Tensor[] parts = new Tensor[dy.length];
    for (int i = 0; i < parts.length; i++) {
      Tensor g = dy[i];
      parts[i] = g == null ? Bind.zeros(s.outputType(i)) : g;
    }
    Tensor whole = Interpreters.bind(Prims.CONCAT, new Attrs.Axis(s.attrs().axis()), parts);
    return new Tensor[] {whole};
  }
}
