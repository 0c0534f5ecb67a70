package dev.mycel.autograd.rules;

import dev.mycel.autograd.JvpTable;
import dev.mycel.autograd.Saved;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What forward mode need not find out by transposing gradient rows. */
final class ForwardRows {
  private ForwardRows() {}

  static void register(JvpTable t) {
    t.linear(
        Prims.CAST,
        Prims.RESHAPE,
        Prims.TRANSPOSE,
        Prims.BROADCAST_TO,
        Prims.SLICE,
        Prims.FLIP,
        Prims.CONCAT,
        Prims.SPLIT,
        Prims.REDUCE_SUM,
        Prims.CUMSUM,
        Prims.AVG_POOL,
        Prims.AVG_POOL_GRAD,
        Prims.MAX_POOL_SCATTER,
        Prims.MAX_POOL_GATHER,
        Prims.TAKE,
        Prims.TAKE_ADD,
        Prims.TAKE_ALONG,
        Prims.PUT_ALONG_ADD,
        Prims.DROPOUT);
    t.multilinear(Prims.MATMUL, Prims.CONV_INPUT_GRAD, Prims.CONV_WEIGHT_GRAD);
    t.symmetric(Prims.SOFTMAX);
    t.reducing(Prims.REDUCE_PROD, Prims.REDUCE_MAX, Prims.REDUCE_MIN);
    t.row(Prims.LINEAR, (at, dx) -> affine(Prims.LINEAR, at, dx));
    t.row(Prims.CONV, (at, dx) -> affine(Prims.CONV, at, dx));
    t.row(Prims.PAD, ForwardRows::pad);
    t.row(
        Prims.SORT,
        (at, dx) -> {
          Attrs.Axis axis = new Attrs.Axis(at.attrs().axis());
          return firstOf(at, Interpreters.bind(Prims.TAKE_ALONG, axis, first(dx), at.out(1)));
        });
    t.row(
        Prims.MAX_POOL,
        (at, dx) ->
            firstOf(
                at, Interpreters.bind(Prims.MAX_POOL_GATHER, at.attrs(), first(dx), at.out(1))));
  }

  private static Tensor first(@Nullable Tensor[] dx) {
    return java.util.Objects.requireNonNull(dx[0]);
  }

  /** Tangents of all results, of which only the first is a float. */
  private static @Nullable Tensor[] firstOf(Saved<?> at, Tensor dy) {
    @Nullable Tensor[] all = new Tensor[at.outputCount()];
    all[0] = dy;
    return all;
  }

  /** A product of the first two inputs, plus a third along the axis that the second gives. */
  private static <A> @Nullable Tensor[] affine(Primitive<A> p, Saved<A> at, @Nullable Tensor[] dx) {
    Tensor sum = null;
    for (int i = 0; i < 2; i++) {
      Tensor d = dx[i];
      if (d != null) {
        Tensor x = i == 0 ? d : at.in(0);
        Tensor w = i == 1 ? d : at.in(1);
        Tensor y = Interpreters.bind(p, at.attrs(), x, w);
        sum = sum == null ? y : sum.add(y);
      }
    }
    Tensor bias = dx.length == 3 ? dx[2] : null;
    if (bias != null) {
      int rank = at.outputType(0).shape().rank();
      long[] dims = new long[rank];
      Arrays.fill(dims, 1);
      dims[p == Prims.CONV ? 1 : rank - 1] = bias.size();
      Tensor wide =
          Bind.broadcast(
              Bind.cast(bias.reshape(dims), at.outputType(0).dtype()), at.outputType(0).shape());
      sum = sum == null ? wide : sum.add(wide);
    }
    return new Tensor[] {sum};
  }

  private static @Nullable Tensor[] pad(Saved<Attrs.Pad> at, @Nullable Tensor[] dx) {
    Attrs.Pad a = at.attrs();
    Attrs.Pad zeros = new Attrs.Pad(a.low(), a.high(), a.between(), 0);
    return new Tensor[] {Interpreters.bind(Prims.PAD, zeros, first(dx))};
  }
}
