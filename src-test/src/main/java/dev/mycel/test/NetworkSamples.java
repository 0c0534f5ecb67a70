package dev.mycel.test;

import static dev.mycel.core.None.NONE;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import java.util.List;

/** Rows of convolution, pooling, softmax, normalisation and dropout. */
final class NetworkSamples {
  private NetworkSamples() {}

  static void addTo(List<OpSample<?>> rows) {
    convolutions(rows);
    pooling(rows);
    softmax(rows);
    normalisation(rows);
    attention(rows);
  }

  private static void attention(
      List<OpSample<?>> rows, String note, Attrs.Attention a, int order, Draw q, Draw k, Draw v) {
    Draw dy = Draw.normal(q.shape().with(q.shape().rank() - 1, v.shape().dim(-1)).dims());
    rows.add(OpSample.of(Prims.ATTENTION, a, q, k, v).note(note).loose(64).gradOrder(order).row());
    rows.add(
        OpSample.of(Prims.ATTENTION_GRAD, a, dy, q, k, v)
            .note(note)
            .loose(256)
            .gradOrder(order)
            .row());
  }

  private static void attention(List<OpSample<?>> rows) {
    Attrs.Attention plain = new Attrs.Attention(0.5, false);
    Attrs.Attention causal = new Attrs.Attention(0.7, true);
    attention(rows, "2d", plain, 2, Draw.normal(3, 4), Draw.normal(5, 4), Draw.normal(5, 2));
    attention(
        rows,
        "causal",
        causal,
        2,
        Draw.normal(2, 4, 3),
        Draw.normal(2, 4, 3),
        Draw.normal(2, 4, 3));
    attention(
        rows,
        "causal, fewer keys",
        causal,
        1,
        Draw.normal(4, 2),
        Draw.normal(2, 2),
        Draw.normal(2, 3));
    attention(
        rows,
        "causal, more keys",
        causal,
        1,
        Draw.normal(2, 2),
        Draw.normal(5, 2),
        Draw.normal(5, 3));
    Draw tall = Draw.normal(2, 3, 150, 8);
    attention(rows, "large", plain, 0, tall, Draw.normal(2, 3, 70, 8), Draw.normal(2, 3, 70, 6));
    attention(rows, "large, causal", causal, 0, tall, tall, tall);
    attention(
        rows,
        "large, causal, more keys",
        causal,
        0,
        tall,
        Draw.normal(2, 3, 170, 8),
        Draw.normal(2, 3, 170, 8));
    rows.add(
        OpSample.of(
                Prims.ATTENTION,
                plain,
                Draw.normal(0, 3, 4),
                Draw.normal(0, 2, 4),
                Draw.normal(0, 2, 4))
            .note("no batch")
            .refuses(
                "lengths",
                ShapeException.class,
                Draw.normal(3, 4),
                Draw.normal(5, 3),
                Draw.normal(5, 2))
            .refuses(
                "no key",
                ShapeException.class,
                Draw.normal(3, 4),
                Draw.normal(0, 4),
                Draw.normal(0, 2))
            .row());
  }

  private static long[] l(long... values) {
    return values;
  }

  private static void convolution(
      List<OpSample<?>> rows, String note, Attrs.Conv c, long[] x, long[] w, long[] y) {
    rows.add(OpSample.of(Prims.CONV, c, Draw.normal(x), Draw.normal(w)).note(note).loose(32).row());
    rows.add(
        OpSample.of(Prims.CONV, c, Draw.normal(x), Draw.normal(w), Draw.normal(w[0]))
            .note(note + ", bias")
            .loose(32)
            .row());
    rows.add(
        OpSample.of(
                Prims.CONV_INPUT_GRAD,
                new Attrs.ConvGrad(c, Shape.of(x)),
                Draw.normal(y),
                Draw.normal(w))
            .note(note)
            .loose(32)
            .row());
    rows.add(
        OpSample.of(
                Prims.CONV_WEIGHT_GRAD,
                new Attrs.ConvGrad(c, Shape.of(w)),
                Draw.normal(x),
                Draw.normal(y))
            .note(note)
            .loose(64)
            .row());
  }

  private static void normalised(List<OpSample<?>> rows) {
    Attrs.Conv c = new Attrs.Conv(l(1, 1), l(1, 1), l(1, 1), l(1, 1), 1);
    Attrs.Conv grouped = new Attrs.Conv(l(2, 1), l(0, 1), l(1, 1), l(1, 1), 2);
    Draw x = Draw.normal(2, 4, 5, 4);
    Draw v = Draw.normal(6).accumulated();
    Draw variance = Draw.uniform(0.5, 2, 6).accumulated();
    for (boolean relu : new boolean[] {false, true}) {
      String note = relu ? ", relu" : "";
      Attrs.ConvNorm a = new Attrs.ConvNorm(c, 1e-3, relu);
      rows.add(
          OpSample.of(Prims.CONV_NORM, a, x, Draw.normal(6, 4, 3, 3), v, v, v, variance)
              .note("2d" + note)
              .loose(64)
              .row());
      Attrs.ConvNorm g = new Attrs.ConvNorm(grouped, 1e-3, relu);
      rows.add(
          OpSample.of(Prims.CONV_NORM, g, x, Draw.normal(6, 2, 3, 3), v, v, v, variance, v)
              .note("groups, bias" + note)
              .loose(64)
              .refuses("channels", ShapeException.class, x, Draw.normal(6, 2, 3, 3), c4(), v, v, v)
              .row());
    }
  }

  private static Draw c4() {
    return Draw.normal(4).accumulated();
  }

  private static void convolutions(List<OpSample<?>> rows) {
    normalised(rows);
    convolution(
        rows,
        "2d",
        new Attrs.Conv(l(1, 1), l(1, 1), l(1, 1), l(1, 1), 1),
        l(2, 3, 5, 4),
        l(4, 3, 3, 3),
        l(2, 4, 5, 4));
    convolution(
        rows,
        "2d strided, dilated, uneven pads",
        new Attrs.Conv(l(2, 1), l(1, 0), l(2, 3), l(1, 2), 1),
        l(2, 2, 6, 5),
        l(3, 2, 3, 2),
        l(2, 3, 4, 6));
    convolution(
        rows,
        "2d groups",
        new Attrs.Conv(l(1, 1), l(0, 0), l(0, 0), l(1, 1), 2),
        l(2, 4, 4, 4),
        l(6, 2, 2, 2),
        l(2, 6, 3, 3));
    convolution(
        rows,
        "2d depthwise",
        new Attrs.Conv(l(1, 1), l(1, 1), l(1, 1), l(1, 1), 3),
        l(1, 3, 4, 4),
        l(3, 1, 3, 3),
        l(1, 3, 4, 4));
    convolution(
        rows, "1d", new Attrs.Conv(l(2), l(1), l(1), l(1), 1), l(2, 2, 7), l(3, 2, 3), l(2, 3, 4));
    convolution(
        rows,
        "3d",
        new Attrs.Conv(l(1, 2, 1), l(0, 1, 0), l(0, 1, 0), l(1, 1, 1), 1),
        l(1, 2, 3, 4, 3),
        l(2, 2, 2, 2, 2),
        l(1, 2, 2, 3, 2));
    convolution(
        rows,
        "1x1",
        new Attrs.Conv(l(1, 1), l(0, 0), l(0, 0), l(1, 1), 1),
        l(2, 3, 4, 4),
        l(5, 3, 1, 1),
        l(2, 5, 4, 4));
    rows.add(
        OpSample.of(
                Prims.CONV,
                new Attrs.Conv(l(1, 1), l(0, 0), l(0, 0), l(1, 1), 1),
                Draw.normal(0, 3, 4, 4),
                Draw.normal(5, 3, 2, 2))
            .note("no batch")
            .refuses(
                "channels", ShapeException.class, Draw.normal(1, 2, 4, 4), Draw.normal(5, 3, 2, 2))
            .refuses(
                "kernel too large",
                ShapeException.class,
                Draw.normal(1, 3, 1, 1),
                Draw.normal(5, 3, 2, 2))
            .refuses(
                "integers",
                DTypeException.class,
                Draw.normal(1, 3, 4, 4).as(DType.INT32),
                Draw.normal(5, 3, 2, 2).as(DType.INT32))
            .row());
  }

  private static void window(
      List<OpSample<?>> rows, String note, Attrs.Window w, long[] x, long[] y, int places) {
    Attrs.WindowGrad grad = new Attrs.WindowGrad(w, Shape.of(x));
    // The first place of a window may lie in the padding, which no maximum does: only unpadded rows
    // draw places.
    rows.add(OpSample.of(Prims.MAX_POOL, w, Draw.distinct(x)).note(note).row());
    if (places > 0) {
      Draw at = Draw.integers(0, places, y).as(DType.UINT8);
      rows.add(
          OpSample.of(Prims.MAX_POOL_SCATTER, grad, Draw.normal(y), at).note(note).loose(8).row());
      rows.add(OpSample.of(Prims.MAX_POOL_GATHER, w, Draw.normal(x), at).note(note).row());
    }
    rows.add(OpSample.of(Prims.AVG_POOL, w, Draw.normal(x)).note(note).loose(16).row());
    rows.add(OpSample.of(Prims.AVG_POOL_GRAD, grad, Draw.normal(y)).note(note).loose(16).row());
  }

  private static void pooling(List<OpSample<?>> rows) {
    window(
        rows,
        "2d",
        new Attrs.Window(l(2, 2), l(2, 2), l(0, 0), l(0, 0), l(1, 1), true),
        l(2, 3, 4, 6),
        l(2, 3, 2, 3),
        4);
    window(
        rows,
        "2d overlapping",
        new Attrs.Window(l(3, 2), l(1, 1), l(0, 0), l(0, 0), l(1, 1), false),
        l(1, 2, 5, 4),
        l(1, 2, 3, 3),
        6);
    window(
        rows,
        "2d padded",
        new Attrs.Window(l(3, 3), l(2, 2), l(1, 1), l(1, 0), l(1, 1), true),
        l(2, 2, 5, 6),
        l(2, 2, 3, 3),
        0);
    window(
        rows,
        "2d padded, not counted",
        new Attrs.Window(l(3, 3), l(2, 2), l(1, 1), l(1, 0), l(1, 1), false),
        l(2, 2, 5, 6),
        l(2, 2, 3, 3),
        0);
    window(
        rows,
        "1d",
        new Attrs.Window(l(3), l(2), l(0), l(0), l(1), true),
        l(2, 2, 7),
        l(2, 2, 3),
        3);
    window(
        rows,
        "3d",
        new Attrs.Window(l(2, 2, 2), l(1, 2, 2), l(0, 0, 0), l(0, 0, 0), l(1, 1, 1), true),
        l(1, 2, 3, 4, 4),
        l(1, 2, 2, 2, 2),
        8);
    Attrs.Window plain = new Attrs.Window(l(2, 2), l(2, 2), l(0, 0), l(0, 0), l(1, 1), true);
    Attrs.WindowGrad nothing = new Attrs.WindowGrad(plain, Shape.of(0, 2, 4, 4));
    Draw none = Draw.normal(0, 2, 2, 2);
    rows.add(OpSample.of(Prims.AVG_POOL_GRAD, nothing, none).note("no batch").row());
    rows.add(
        OpSample.of(Prims.MAX_POOL_SCATTER, nothing, none, none.as(DType.UINT8))
            .note("no batch")
            .row());
    Attrs.Window dilated = new Attrs.Window(l(2, 2), l(1, 1), l(0, 0), l(0, 0), l(2, 2), true);
    rows.add(OpSample.of(Prims.MAX_POOL, dilated, Draw.distinct(1, 2, 5, 5)).note("dilated").row());
    Attrs.Window wide = new Attrs.Window(l(16, 17), l(1, 1), l(0, 0), l(0, 0), l(1, 1), true);
    rows.add(
        OpSample.of(Prims.MAX_POOL, wide, Draw.distinct(1, 1, 17, 18))
            .note("more than 255 places")
            .dtypes(DType.FLOAT32, DType.FLOAT64)
            .refuses("window too large", ShapeException.class, Draw.normal(1, 1, 15, 17))
            .row());
    Attrs.Window row = new Attrs.Window(l(1, 2), l(1, 2), l(0, 0), l(0, 0), l(1, 1), true);
    rows.add(
        OpSample.of(Prims.MAX_POOL, row, Draw.values(Shape.of(1, 1, 1, 4), 3, 3, -1, -1))
            .note("ties go to the first")
            .pinned(new double[] {1, 0, 1, 0})
            .row());
    rows.add(
        OpSample.of(Prims.MAX_POOL, row, Draw.values(Shape.of(1, 1, 1, 4), 1, Double.NaN, 2, 3))
            .note("NaN")
            .flat()
            .row());
  }

  private static void softmax(List<OpSample<?>> rows) {
    for (int axis = 0; axis < 3; axis++) {
      Attrs.Axis a = new Attrs.Axis(axis);
      Draw x = Draw.normal(3, 4, 5);
      String note = "axis " + axis;
      rows.add(OpSample.of(Prims.SOFTMAX, a, x).note(note).loose(16).row());
      rows.add(OpSample.of(Prims.SOFTMAX_GRAD, a, x, x).note(note).loose(32).row());
      rows.add(OpSample.of(Prims.LOG_SOFTMAX, a, x).note(note).loose(16).row());
      rows.add(OpSample.of(Prims.LOG_SOFTMAX_GRAD, a, x, x).note(note).loose(64).row());
    }
    Attrs.Axis last = new Attrs.Axis(1);
    Draw large = Draw.values(Shape.of(2, 3), 1000, 1000, -1000, -1000, -1001, -1002);
    rows.add(OpSample.of(Prims.SOFTMAX, last, large).note("large").loose(16).row());
    rows.add(OpSample.of(Prims.LOG_SOFTMAX, last, large).note("large").loose(16).row());
    rows.add(OpSample.of(Prims.SOFTMAX, last, Draw.normal(0, 3)).note("empty").row());
    rows.add(
        OpSample.of(Prims.SOFTMAX_CROSS_ENTROPY, NONE, Draw.normal(4, 5), Draw.indices(5, 4))
            .loose(16)
            .refuses("labels", ShapeException.class, Draw.normal(4, 5), Draw.indices(5, 3))
            .refuses("float labels", DTypeException.class, Draw.normal(4, 5), Draw.normal(4))
            .row());
    rows.add(
        OpSample.of(
                Prims.SOFTMAX_CROSS_ENTROPY_GRAD,
                NONE,
                Draw.normal(4).accumulated(),
                Draw.normal(4, 5),
                Draw.uniform(1, 3, 4).accumulated(),
                Draw.indices(5, 4))
            .loose(16)
            .row());
    large(rows);
  }

  /** As many elements as only kernels of native libraries take. */
  private static void large(List<OpSample<?>> rows) {
    for (long[] shape : new long[][] {{40, 33}, {300, 250}}) {
      String note = "large, " + shape[0] + " rows";
      Draw labels = Draw.indices((int) shape[1], shape[0]);
      rows.add(
          OpSample.of(Prims.SOFTMAX_CROSS_ENTROPY, NONE, Draw.normal(shape), labels)
              .note(note)
              .loose(32)
              .gradOrder(0)
              .row());
      rows.add(
          OpSample.of(
                  Prims.SOFTMAX_CROSS_ENTROPY_GRAD,
                  NONE,
                  Draw.normal(shape[0]).accumulated(),
                  Draw.normal(shape),
                  Draw.uniform(3, 6, shape[0]).accumulated(),
                  labels)
              .note(note)
              .loose(32)
              .gradOrder(0)
              .row());
    }
    Attrs.LayerNorm last = new Attrs.LayerNorm(1, 1e-3);
    Draw x = Draw.normal(40, 33);
    Draw g = Draw.normal(33).accumulated();
    rows.add(
        OpSample.of(Prims.LAYER_NORM, last, x, g, g).note("large").loose(64).gradOrder(0).row());
    rows.add(
        OpSample.of(
                Prims.LAYER_NORM_GRAD,
                last,
                x,
                x,
                g,
                Draw.normal(40, 1).accumulated(),
                Draw.uniform(0.5, 2, 40, 1).accumulated())
            .note("large")
            .loose(256)
            .gradOrder(0)
            .row());
    for (boolean approximate : new boolean[] {true, false}) {
      rows.add(
          OpSample.of(Prims.GELU, new Attrs.Gelu(approximate), x)
              .note("large, " + (approximate ? "tanh" : "erf"))
              .loose(64)
              .gradOrder(0)
              .row());
    }
    rows.add(
        OpSample.of(
                Prims.PAD, new Attrs.Pad(new long[] {2, 0}, new long[] {0, 3}, new long[2], 0), x)
            .note("large")
            .gradOrder(0)
            .row());
    rows.add(OpSample.of(Prims.COPY, NONE, x).note("large").gradOrder(0).row());
    rows.add(OpSample.of(Prims.ADD, NONE, x, x).note("large").gradOrder(0).row());
    rows.add(
        OpSample.of(Prims.TAKE, new Attrs.Axis(0), x, Draw.indices(40, 36))
            .note("large")
            .gradOrder(0)
            .row());
    rows.add(
        OpSample.of(
                Prims.TAKE_ADD,
                new Attrs.AxisSize(0, 40),
                Draw.normal(30, 33),
                Draw.indices(40, 30))
            .note("large")
            .loose(8)
            .gradOrder(0)
            .row());
  }

  private static void normalisation(List<OpSample<?>> rows) {
    Attrs.Epsilon e = new Attrs.Epsilon(1e-3);
    Draw c = Draw.normal(3).accumulated();
    Draw variance = Draw.uniform(0.5, 2, 3).accumulated();
    for (long[] shape : new long[][] {{4, 3}, {3, 3, 4}, {2, 3, 3, 2}, {4, 3, 9, 9}}) {
      boolean large = Shape.of(shape).size() > 500;
      String note = shape.length + " axes" + (large ? ", large" : "");
      int order = large ? 0 : 2;
      Draw x = Draw.normal(shape);
      rows.add(
          OpSample.of(Prims.BATCH_NORM, e, x, c, c).note(note).loose(64).gradOrder(order).row());
      rows.add(
          OpSample.of(Prims.BATCH_NORM_INFER, e, x, c, c, c, variance)
              .note(note)
              .loose(32)
              .gradOrder(order)
              .row());
      rows.add(
          OpSample.of(Prims.BATCH_NORM_GRAD, e, x, x, c, c, variance)
              .note(note)
              .loose(128)
              .gradOrder(order)
              .row());
      rows.add(
          OpSample.of(Prims.BATCH_NORM_RELU, e, x, c, c)
              .note(note)
              .loose(64)
              .gradOrder(order)
              .row());
      rows.add(
          OpSample.of(Prims.BATCH_NORM_RELU_GRAD, e, x, Draw.awayFromZero(shape), x, c, c, variance)
              .note(note)
              .loose(128)
              .gradOrder(order)
              .row());
    }
    rows.add(
        OpSample.of(Prims.BATCH_NORM, e, Draw.normal(2, 3, 4).shifted(100), c, c)
            .note("far from zero")
            .dtypes(DType.FLOAT32, DType.FLOAT64)
            .loose(4096)
            .refuses("channels", ShapeException.class, Draw.normal(2, 4), c, c)
            .row());
    Attrs.LayerNorm last = new Attrs.LayerNorm(2, 1e-3);
    layerNorm(rows, "last axis", last, new long[] {2, 3, 5}, new long[] {5}, new long[] {2, 3, 1});
    layerNorm(
        rows,
        "two axes",
        new Attrs.LayerNorm(1, 1e-3),
        new long[] {4, 3, 2},
        new long[] {3, 2},
        new long[] {4, 1, 1});
    rows.add(OpSample.of(Prims.DROPOUT, new Attrs.Dropout(0.4, 3, 5), Draw.normal(4, 5)).row());
    for (Shape shape : new Shape[] {Shape.scalar(), Shape.of(0, 3)}) {
      rows.add(
          OpSample.of(Prims.DROPOUT, new Attrs.Dropout(0.4, 3, 5), Draw.normal(shape.dims()))
              .note("of shape " + shape)
              .row());
    }
    rows.add(
        OpSample.of(Prims.DROPOUT, new Attrs.Dropout(0, 3, 5), Draw.normal(4, 5))
            .note("none")
            .oracle((in, s) -> new double[][] {in[0]})
            .row());
    rows.add(
        OpSample.of(Prims.DROPOUT, new Attrs.Dropout(1, 3, 5), Draw.normal(4, 5))
            .note("all")
            .oracle((in, s) -> new double[][] {new double[20]})
            .row());
    rows.add(
        OpSample.of(Prims.DROPOUT, new Attrs.Dropout(0.3, -7, 1L << 40), Draw.normal(3, 35, 41))
            .note("several stretches")
            .gradOrder(0)
            .row());
  }

  private static void layerNorm(
      List<OpSample<?>> rows, String note, Attrs.LayerNorm a, long[] x, long[] inner, long[] stat) {
    Draw g = Draw.normal(inner).accumulated();
    rows.add(OpSample.of(Prims.LAYER_NORM, a, Draw.normal(x), g, g).note(note).loose(64).row());
    rows.add(
        OpSample.of(
                Prims.LAYER_NORM_GRAD,
                a,
                Draw.normal(x),
                Draw.normal(x),
                g,
                Draw.normal(stat).accumulated(),
                Draw.uniform(0.5, 2, stat).accumulated())
            .note(note)
            .loose(128)
            .row());
  }
}
