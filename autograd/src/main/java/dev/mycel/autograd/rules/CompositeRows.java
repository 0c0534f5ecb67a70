package dev.mycel.autograd.rules;

import static dev.mycel.autograd.rules.Bind.op;

import dev.mycel.autograd.Needs;
import dev.mycel.autograd.Saved;
import dev.mycel.autograd.VjpTable;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows of composites, by fused gradients that are composites themselves: most of those have no row,
 * so that a second derivative goes through their decompositions.
 */
final class CompositeRows {
  private CompositeRows() {}

  static void register(VjpTable t) {
    t.wrt(0, Prims.RELU, Needs.outputs(0), (s, g) -> op(Prims.RELU_GRAD, g, s.out()));
    t.wrt(0, Prims.RELU_GRAD, Needs.inputs(1), (s, g) -> op(Prims.RELU_GRAD, g, s.in(1)));
    t.wrt(
        0,
        Prims.GELU,
        Needs.inputs(0),
        (s, g) -> Interpreters.bind(Prims.GELU_GRAD, s.attrs(), g, s.in(0)));
    t.wrt(0, Prims.SOFTPLUS, Needs.inputs(0), (s, g) -> softplus(g, s.in(0)));
    t.wrt(
        0,
        Prims.BINARY_CROSS_ENTROPY,
        Needs.inputs(0, 1),
        (s, g) -> binaryCrossEntropyByP(g, s.in(0), s.in(1)));
    t.wrt(
        1,
        Prims.BINARY_CROSS_ENTROPY,
        Needs.inputs(0),
        (s, g) -> g.mul(boundedLog(s.in(0).neg().add(1)).sub(boundedLog(s.in(0)))));
    t.wrt(
        0,
        Prims.SOFTMAX,
        Needs.outputs(0),
        (s, g) -> Interpreters.bind(Prims.SOFTMAX_GRAD, s.attrs(), g, s.out()));
    t.wrt(
        0,
        Prims.LOG_SOFTMAX,
        Needs.outputs(0),
        (s, g) -> Interpreters.bind(Prims.LOG_SOFTMAX_GRAD, s.attrs(), g, s.out()));
    t.all(
        Prims.SOFTMAX_CROSS_ENTROPY,
        Needs.inputs(0, 1).and(Needs.outputs(1)),
        CompositeRows::crossEntropy);
    t.all(Prims.BATCH_NORM, Needs.inputs(0, 1).and(Needs.outputs(1, 2)), CompositeRows::batchNorm);
    t.all(
        Prims.BATCH_NORM_RELU,
        Needs.inputs(0, 1).and(Needs.outputs(0, 1, 2)),
        CompositeRows::batchNormRelu);
    t.all(Prims.LAYER_NORM, Needs.inputs(0, 1).and(Needs.outputs(1, 2)), CompositeRows::layerNorm);
    t.wrt(
        0,
        Prims.DROPOUT,
        Needs.nothing(),
        (s, g) -> Interpreters.bind(Prims.DROPOUT, s.attrs(), g));
    t.all(
        Prims.ATTENTION,
        Needs.inputs(0, 1, 2),
        (s, dy, wanted) ->
            Interpreters.bindAll(
                Prims.ATTENTION_GRAD, s.attrs(), one(dy), s.in(0), s.in(1), s.in(2)));
    t.expanded(
        Prims.ATTENTION_GRAD,
        Prims.GELU_GRAD,
        Prims.SQUARE_SUM,
        Prims.SOFTMAX_GRAD,
        Prims.LOG_SOFTMAX_GRAD,
        Prims.SOFTMAX_CROSS_ENTROPY_GRAD,
        Prims.BATCH_NORM_GRAD,
        Prims.BATCH_NORM_RELU_GRAD,
        Prims.BATCH_NORM_INFER,
        Prims.CONV_NORM,
        Prims.LAYER_NORM_GRAD,
        Prims.SGD_UPDATE,
        Prims.MOMENTUM_UPDATE,
        Prims.ADAM_UPDATE,
        Prims.ADAM_WEIGHT_DECAY_UPDATE);
  }

  /** The gradient of the only result. */
  private static Tensor one(@Nullable Tensor[] dy) {
    return Objects.requireNonNull(dy[0]);
  }

  private static Tensor softplus(Tensor g, Tensor x) {
    Tensor slope = x.clamp(Double.NEGATIVE_INFINITY, 20).sigmoid();
    return Ops.where(x.gt(20), g, g.mul(slope));
  }

  /** The divisor is bounded, so that a right answer of full confidence has no gradient. */
  private static Tensor binaryCrossEntropyByP(Tensor g, Tensor p, Tensor t) {
    Tensor spread = p.mul(p.neg().add(1)).clamp(1e-12, Double.POSITIVE_INFINITY);
    return g.mul(p.sub(t).div(spread));
  }

  private static Tensor boundedLog(Tensor p) {
    return p.log().clamp(-100, Double.POSITIVE_INFINITY);
  }

  private static @Nullable Tensor plus(@Nullable Tensor a, @Nullable Tensor b) {
    return a == null ? b : b == null ? a : a.add(b);
  }

  private static @Nullable Tensor[] crossEntropy(
      Saved<None> s, @Nullable Tensor[] dy, boolean[] wanted) {
    Tensor x = s.in(0);
    Tensor lse = s.out(1);
    Tensor dx = null;
    Tensor dloss = dy[0];
    if (dloss != null) {
      dx = op(Prims.SOFTMAX_CROSS_ENTROPY_GRAD, dloss, x, lse, s.in(1));
    }
    Tensor dlse = dy[1];
    if (dlse != null) {
      Tensor p = Bind.cast(x, lse.dtype()).sub(lse.expandDims(1)).exp();
      dx = plus(dx, Bind.cast(p.mul(dlse.expandDims(1)), x.dtype()));
    }
    return new Tensor[] {dx, null};
  }

  /**
   * Mean and variance are results as well, so gradients may arrive there: of the variance in a
   * second derivative, say.
   */
  private static @Nullable Tensor[] batchNorm(
      Saved<Attrs.Epsilon> s, @Nullable Tensor[] dy, boolean[] wanted) {
    Tensor x = s.in(0);
    @Nullable Tensor[] grads = new Tensor[3];
    Tensor g = dy[0];
    if (g != null) {
      Tensor[] all =
          Interpreters.bindAll(Prims.BATCH_NORM_GRAD, s.attrs(), g, x, s.in(1), s.out(1), s.out(2));
      System.arraycopy(all, 0, grads, 0, 3);
    }
    return withStatistics(s, dy, grads);
  }

  private static @Nullable Tensor[] batchNormRelu(
      Saved<Attrs.Epsilon> s, @Nullable Tensor[] dy, boolean[] wanted) {
    @Nullable Tensor[] grads = new Tensor[3];
    Tensor g = dy[0];
    if (g != null) {
      Tensor[] all =
          Interpreters.bindAll(
              Prims.BATCH_NORM_RELU_GRAD,
              s.attrs(),
              g,
              s.out(0),
              s.in(0),
              s.in(1),
              s.out(1),
              s.out(2));
      System.arraycopy(all, 0, grads, 0, 3);
    }
    return withStatistics(s, dy, grads);
  }

  /** Adds what arrives at mean and variance to the gradient of x. */
  private static @Nullable Tensor[] withStatistics(
      Saved<Attrs.Epsilon> s, @Nullable Tensor[] dy, @Nullable Tensor[] grads) {
    Tensor x = s.in(0);
    long n = x.shape().size() / Math.max(x.shape().dim(1), 1);
    long[] dims = new long[x.shape().rank()];
    Arrays.fill(dims, 1);
    dims[1] = x.shape().dim(1);
    Shape channel = Shape.of(dims);
    Tensor wide = Bind.cast(x, x.dtype().accumulator());
    Tensor dmean = dy[1];
    Tensor dvar = dy[2];
    Tensor extra = null;
    if (dmean != null) {
      extra = Bind.broadcast(Bind.reshape(dmean.div(n), channel), x.shape());
    }
    if (dvar != null) {
      Tensor centred = wide.sub(Bind.reshape(s.out(1), channel));
      extra = plus(extra, centred.mul(Bind.reshape(dvar.mul(2.0 / n), channel)));
    }
    if (extra != null) {
      grads[0] = plus(grads[0], Bind.cast(extra, x.dtype()));
    }
    return grads;
  }

  private static @Nullable Tensor[] layerNorm(
      Saved<Attrs.LayerNorm> s, @Nullable Tensor[] dy, boolean[] wanted) {
    Tensor x = s.in(0);
    Tensor mean = s.out(1);
    Tensor rstd = s.out(2);
    @Nullable Tensor[] grads = new Tensor[3];
    Tensor g = dy[0];
    if (g != null) {
      Tensor[] all =
          Interpreters.bindAll(Prims.LAYER_NORM_GRAD, s.attrs(), g, x, s.in(1), mean, rstd);
      System.arraycopy(all, 0, grads, 0, 3);
    }
    double n = (double) x.shape().size() / Math.max(mean.shape().size(), 1);
    Tensor dmean = dy[1];
    Tensor drstd = dy[2];
    Tensor extra = null;
    if (dmean != null) {
      extra = Bind.broadcast(dmean.div(n), x.shape());
    }
    if (drstd != null) {
      // rstd = (var + eps)^-1/2, so its derivative for x is -rstd^3 (x - mean) / n.
      Tensor centred = Bind.cast(x, x.dtype().accumulator()).sub(mean);
      Tensor slope = drstd.mul(rstd.square().mul(rstd)).mul(-1 / n);
      extra = plus(extra, centred.mul(slope));
    }
    if (extra != null) {
      grads[0] = plus(grads[0], Bind.cast(extra, x.dtype()));
    }
    return grads;
  }
}
