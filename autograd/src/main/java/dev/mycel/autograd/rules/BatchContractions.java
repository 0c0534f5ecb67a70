package dev.mycel.autograd.rules;

import dev.mycel.autograd.BatchTable;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;

/**
 * Batching rules of products, convolutions and pooling. What has an axis of samples takes the
 * slices into it; where each slice has a weight of its own, the slices become groups of channels.
 */
final class BatchContractions {
  private BatchContractions() {}

  static void register(BatchTable t) {
    t.rule(Prims.MATMUL, BatchContractions::matmul);
    t.rule(
        Prims.LINEAR,
        c -> {
          boolean one = !c.isMapped(1) && (c.count() == 2 || !c.isMapped(2));
          return one
              ? Interpreters.bindAll(Prims.LINEAR, c.attrs(), withWeights(c, c.in(0)))
              : null;
        });
    t.rule(Prims.CONV, BatchContractions::convolution);
    t.rule(Prims.CONV_INPUT_GRAD, BatchContractions::inputGrad);
    t.rule(Prims.CONV_WEIGHT_GRAD, BatchContractions::weightGrad);
    folded(t, Prims.MAX_POOL);
    folded(t, Prims.MAX_POOL_GATHER);
    folded(t, Prims.AVG_POOL);
    foldedGrad(t, Prims.MAX_POOL_SCATTER);
    foldedGrad(t, Prims.AVG_POOL_GRAD);
    folded(t, Prims.SOFTMAX_CROSS_ENTROPY);
    folded(t, Prims.SOFTMAX_CROSS_ENTROPY_GRAD);
    t.attrs(Prims.ATTENTION, a -> a);
    t.attrs(Prims.ATTENTION_GRAD, a -> a);
  }

  /** The slices go into the first axis of every input and come out of that of every result. */
  private static <A> void folded(BatchTable t, Primitive<A> p) {
    t.rule(p, c -> unfolded(c, p, c.attrs()));
  }

  private static void foldedGrad(BatchTable t, Primitive<Attrs.WindowGrad> p) {
    t.rule(
        p,
        c -> {
          Attrs.WindowGrad a = c.attrs();
          return unfolded(c, p, new Attrs.WindowGrad(a.window(), taken(a.shape(), c.size())));
        });
  }

  private static <A> Tensor[] unfolded(BatchTable.Call<?> c, Primitive<A> p, A attrs) {
    Tensor[] in = new Tensor[c.count()];
    for (int i = 0; i < in.length; i++) {
      in[i] = c.folded(i);
    }
    Tensor[] out = Interpreters.bindAll(p, attrs, in);
    for (int i = 0; i < out.length; i++) {
      out[i] = c.unfolded(out[i]);
    }
    return out;
  }

  /** The shape with that many times the samples. */
  private static Shape taken(Shape s, long size) {
    return s.with(0, size * s.dim(0));
  }

  private static Tensor[] matmul(BatchTable.Call<None> c) {
    if (!c.isMapped(1) && c.shape(0).rank() == 2) {
      // One product of all rows instead of one for each slice.
      return new Tensor[] {c.unfolded(Bind.op(Prims.MATMUL, c.folded(0), c.given(1)))};
    }
    return new Tensor[] {Bind.op(Prims.MATMUL, c.in(0), c.in(1))};
  }

  private static Tensor[] withWeights(BatchTable.Call<?> c, Tensor x) {
    Tensor[] in = new Tensor[c.count()];
    in[0] = x;
    for (int i = 1; i < in.length; i++) {
      in[i] = c.given(i);
    }
    return in;
  }

  private static Tensor[] convolution(BatchTable.Call<Attrs.Conv> c) {
    if (!c.isMapped(1) && (c.count() == 2 || !c.isMapped(2))) {
      Tensor y = Interpreters.bind(Prims.CONV, c.attrs(), withWeights(c, c.folded(0)));
      return new Tensor[] {c.unfolded(y)};
    }
    Tensor[] in = new Tensor[c.count()];
    in[0] = channels(c.in(0));
    for (int i = 1; i < in.length; i++) {
      in[i] = c.folded(i);
    }
    Tensor y = Interpreters.bind(Prims.CONV, grouped(c.attrs(), c.size()), in);
    return new Tensor[] {samples(y, c.size())};
  }

  private static Tensor[] inputGrad(BatchTable.Call<Attrs.ConvGrad> c) {
    Attrs.ConvGrad a = c.attrs();
    if (!c.isMapped(1)) {
      Attrs.ConvGrad all = new Attrs.ConvGrad(a.conv(), taken(a.shape(), c.size()), a.wide());
      return new Tensor[] {
        c.unfolded(Interpreters.bind(Prims.CONV_INPUT_GRAD, all, c.folded(0), c.given(1)))
      };
    }
    Shape wide = a.shape().with(1, c.size() * a.shape().dim(1));
    Attrs.ConvGrad all = new Attrs.ConvGrad(grouped(a.conv(), c.size()), wide, a.wide());
    Tensor dx = Interpreters.bind(Prims.CONV_INPUT_GRAD, all, channels(c.in(0)), c.folded(1));
    return new Tensor[] {samples(dx, c.size())};
  }

  private static Tensor[] weightGrad(BatchTable.Call<Attrs.ConvGrad> c) {
    Attrs.ConvGrad a = c.attrs();
    Attrs.ConvGrad all =
        new Attrs.ConvGrad(grouped(a.conv(), c.size()), taken(a.shape(), c.size()), a.wide());
    Tensor dw =
        Interpreters.bind(Prims.CONV_WEIGHT_GRAD, all, channels(c.in(0)), channels(c.in(1)));
    return new Tensor[] {c.unfolded(dw)};
  }

  private static Attrs.Conv grouped(Attrs.Conv c, long size) {
    return new Attrs.Conv(
        c.strides(),
        c.padLow(),
        c.padHigh(),
        c.dilation(),
        Math.toIntExact(Math.multiplyExact(size, c.groups())));
  }

  /** [B, N, C, ...] as [N, B * C, ...]. */
  private static Tensor channels(Tensor x) {
    Tensor y = BatchRules.toAxis(x, 0, 1);
    Shape s = y.shape();
    return Bind.reshape(y, s.without(1).with(1, s.dim(1) * s.dim(2)));
  }

  /** [N, B * C, ...] as [B, N, C, ...]. */
  private static Tensor samples(Tensor y, long size) {
    Shape s = y.shape();
    return BatchRules.toFront(Bind.reshape(y, s.with(1, s.dim(1) / size).insert(1, size)), 1);
  }
}
