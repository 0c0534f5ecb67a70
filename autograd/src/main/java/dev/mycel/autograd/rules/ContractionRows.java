package dev.mycel.autograd.rules;

import static dev.mycel.autograd.rules.Bind.flipLast;
import static dev.mycel.autograd.rules.Bind.op;

import dev.mycel.autograd.Needs;
import dev.mycel.autograd.Saved;
import dev.mycel.autograd.VjpTable;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;

/** Rows of products, convolutions and pooling: each family is closed. */
final class ContractionRows {
  private ContractionRows() {}

  static void register(VjpTable t) {
    t.wrt(0, Prims.MATMUL, Needs.inputs(1), (s, g) -> op(Prims.MATMUL, g, flipLast(s.in(1))));
    t.wrt(1, Prims.MATMUL, Needs.inputs(0), (s, g) -> op(Prims.MATMUL, flipLast(s.in(0)), g));
    t.wrt(0, Prims.LINEAR, Needs.inputs(1), ContractionRows::linearInput);
    t.wrt(1, Prims.LINEAR, Needs.inputs(0), ContractionRows::linearWeight);
    t.wrt(2, Prims.LINEAR, Needs.nothing(), (s, g) -> Bind.sum(rows(g), 0));
    convolution(t);
    pooling(t);
  }

  /** All axes but the last as one. */
  private static Tensor rows(Tensor x) {
    long last = x.shape().dim(-1);
    long rest = 1;
    for (int i = 0; i < x.shape().rank() - 1; i++) {
      rest *= x.shape().dim(i);
    }
    return Bind.reshape(x, Shape.of(rest, last));
  }

  private static Tensor linearInput(Saved<None> s, Tensor g) {
    Tensor dx = op(Prims.MATMUL, rows(g), s.in(1));
    return Bind.reshape(dx, s.inputType(0).shape());
  }

  private static Tensor linearWeight(Saved<None> s, Tensor g) {
    return op(Prims.MATMUL, flipLast(rows(g)), rows(s.in(0)));
  }

  private static void convolution(VjpTable t) {
    t.wrt(
        0,
        Prims.CONV,
        Needs.inputs(1),
        (s, g) -> inputGrad(s.attrs(), g, s.in(1), s.inputType(0).shape()));
    t.wrt(
        1,
        Prims.CONV,
        Needs.inputs(0),
        (s, g) -> weightGrad(s.attrs(), s.in(0), g, s.inputType(1)));
    t.wrt(
        2,
        Prims.CONV,
        Needs.nothing(),
        (s, g) -> Bind.cast(Bind.sum(g, allButChannel(g.shape().rank())), s.inputType(2).dtype()));
    // dx = conv^T(dy, w): linear in both.
    t.wrt(
        0,
        Prims.CONV_INPUT_GRAD,
        Needs.inputs(1),
        (s, g) -> Interpreters.bind(Prims.CONV, s.attrs().conv(), g, s.in(1)));
    t.wrt(
        1,
        Prims.CONV_INPUT_GRAD,
        Needs.inputs(0),
        (s, g) -> weightGrad(s.attrs().conv(), g, s.in(0), s.inputType(1)));
    // dw = x * dy: linear in both.
    t.wrt(
        0,
        Prims.CONV_WEIGHT_GRAD,
        Needs.inputs(1),
        (s, g) -> inputGrad(s.attrs().conv(), s.in(1), g, s.inputType(0).shape()));
    t.wrt(
        1,
        Prims.CONV_WEIGHT_GRAD,
        Needs.inputs(0),
        (s, g) -> Interpreters.bind(Prims.CONV, s.attrs().conv(), s.in(0), g));
  }

  private static Tensor inputGrad(Attrs.Conv c, Tensor dy, Tensor w, Shape x) {
    return Interpreters.bind(Prims.CONV_INPUT_GRAD, new Attrs.ConvGrad(c, x), dy, w);
  }

  private static Tensor weightGrad(Attrs.Conv c, Tensor x, Tensor dy, TensorType w) {
    boolean wide = w.dtype() != x.dtype();
    return Interpreters.bind(Prims.CONV_WEIGHT_GRAD, new Attrs.ConvGrad(c, w.shape(), wide), x, dy);
  }

  static int[] allButChannel(int rank) {
    int[] axes = new int[rank - 1];
    for (int i = 1; i < axes.length; i++) {
      axes[i] = i + 1;
    }
    return axes;
  }

  private static void pooling(VjpTable t) {
    t.wrt(
        0,
        Prims.MAX_POOL,
        Needs.outputs(1),
        (s, g) ->
            Interpreters.bind(
                Prims.MAX_POOL_SCATTER,
                new Attrs.WindowGrad(s.attrs(), s.inputType(0).shape()),
                g,
                s.out(1)));
    t.wrt(
        0,
        Prims.MAX_POOL_SCATTER,
        Needs.inputs(1),
        (s, g) -> Interpreters.bind(Prims.MAX_POOL_GATHER, s.attrs().window(), g, s.in(1)));
    t.wrt(
        0,
        Prims.MAX_POOL_GATHER,
        Needs.inputs(1),
        (s, g) ->
            Interpreters.bind(
                Prims.MAX_POOL_SCATTER,
                new Attrs.WindowGrad(s.attrs(), s.inputType(0).shape()),
                g,
                s.in(1)));
    t.wrt(
        0,
        Prims.AVG_POOL,
        Needs.nothing(),
        (s, g) ->
            Interpreters.bind(
                Prims.AVG_POOL_GRAD, new Attrs.WindowGrad(s.attrs(), s.inputType(0).shape()), g));
    t.wrt(
        0,
        Prims.AVG_POOL_GRAD,
        Needs.nothing(),
        (s, g) -> Interpreters.bind(Prims.AVG_POOL, s.attrs().window(), g));
  }
}
