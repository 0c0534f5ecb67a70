package dev.mycel.core;

import java.util.Arrays;

/** Type rules of convolutions, pooling and normalisation. */
final class WindowRules {
  private WindowRules() {}

  /**
   * Places of a window along an axis: {@code floor((in + pads - dilated window) / stride) + 1}, at
   * least zero.
   */
  static long places(long in, long low, long high, long window, long dilation, long stride) {
    long span = in + low + high - (dilation * (window - 1) + 1);
    return span < 0 ? 0 : span / stride + 1;
  }

  static TensorType[] conv(Attrs.Conv c, TensorType[] in) {
    Shape x = in[0].shape();
    Shape w = in[1].shape();
    Rules.requireFloat("conv", in[0]);
    requireWeight(in[0], in[1]);
    int n = c.spatial();
    if (x.rank() != n + 2 || w.rank() != n + 2) {
      throw new ShapeException(
          Messages.of("conv: input and weight need " + (n + 2) + " axes")
              .line("input ", x + "  [N, C, spatial...]")
              .line("weight", w + "  [O, C / groups, kernel...]")
              .text());
    }
    if (x.dim(1) != w.dim(1) * c.groups() || w.dim(0) % c.groups() != 0) {
      throw new ShapeException(
          Messages.of("conv: the input's channels do not fit the weight")
              .line("input ", x + "  has " + x.dim(1) + " channels")
              .line(
                  "weight",
                  w + "  takes " + w.dim(1) + " channels in each of " + c.groups() + " groups")
              .text());
    }
    long[] dims = new long[n + 2];
    dims[0] = x.dim(0);
    dims[1] = w.dim(0);
    for (int i = 0; i < n; i++) {
      dims[i + 2] =
          places(
              x.dim(i + 2),
              c.padLow()[i],
              c.padHigh()[i],
              w.dim(i + 2),
              c.dilation()[i],
              c.strides()[i]);
      if (dims[i + 2] == 0 && x.dim(i + 2) > 0) {
        throw new ShapeException(
            Messages.of("conv: the kernel is larger than the padded input")
                .line("input ", x)
                .line("weight", w)
                .line(
                    "pads  ",
                    Arrays.toString(c.padLow())
                        + " before, "
                        + Arrays.toString(c.padHigh())
                        + " after")
                .text());
      }
    }
    if (in.length == 3) {
      requireWeight(in[0], in[2]);
      Rules.requireShape("conv", "bias", in[2], Shape.of(w.dim(0)));
    }
    return Rules.one(in[0].with(Shape.of(dims)));
  }

  /** Weights may keep the type that sums accumulate in: the kernel rounds them to the input's. */
  private static void requireWeight(TensorType x, TensorType w) {
    if (w.dtype() != x.dtype().accumulator()) {
      Rules.same("conv", x.dtype(), w);
    }
  }

  /** Inputs dy and w; the result has the input's shape. */
  static TensorType[] convInputGrad(Attrs.ConvGrad g, TensorType[] in) {
    TensorType x = in[0].with(g.shape());
    Shape dy = conv(g.conv(), new TensorType[] {x, in[1]})[0].shape();
    Rules.requireShape("conv_input_grad", "output gradient", in[0], dy);
    return Rules.one(x);
  }

  /** Inputs x and dy; the result has the weight's shape. */
  static TensorType[] convWeightGrad(Attrs.ConvGrad g, TensorType[] in) {
    TensorType w = in[0].with(g.shape());
    w = g.wide() ? w.with(w.dtype().accumulator()) : w;
    Shape dy = conv(g.conv(), new TensorType[] {in[0], w})[0].shape();
    Rules.same("conv_weight_grad", in[0].dtype(), in[1]);
    Rules.requireShape("conv_weight_grad", "output gradient", in[1], dy);
    return Rules.one(w);
  }

  private static Shape pooled(String op, Attrs.Window w, Shape x) {
    int n = w.size().length;
    if (x.rank() != n + 2) {
      throw new ShapeException(
          Messages.of(op + ": the input needs " + (n + 2) + " axes")
              .line("input", x + "  [N, C, spatial...]")
              .text());
    }
    long[] dims = x.dims();
    for (int i = 0; i < n; i++) {
      dims[i + 2] =
          places(
              dims[i + 2],
              w.padLow()[i],
              w.padHigh()[i],
              w.size()[i],
              w.dilation()[i],
              w.strides()[i]);
      if (dims[i + 2] == 0 && x.dim(i + 2) > 0) {
        throw new ShapeException(
            Messages.of(op + ": the window is larger than the padded input")
                .line("input ", x)
                .line("window", Arrays.toString(w.size()))
                .text());
      }
    }
    return Shape.of(dims);
  }

  /**
   * Values, and for each the place of the maximum in its window: window positions numbered
   * row-major. One byte holds it for windows of up to 255 elements.
   */
  static TensorType[] maxPool(Attrs.Window w, TensorType[] in) {
    Shape out = pooled("max_pool", w, in[0].shape());
    return new TensorType[] {in[0].with(out), in[0].with(out).with(placeType(w))};
  }

  static DType placeType(Attrs.Window w) {
    long window = 1;
    for (long s : w.size()) {
      window = Math.multiplyExact(window, s);
    }
    return window < 256 ? DType.UINT8 : DType.INT32;
  }

  /** Inputs dy and places; the result has the pooled input's shape. */
  static TensorType[] maxPoolScatter(Attrs.WindowGrad g, TensorType[] in) {
    Shape out = pooled("max_pool_scatter", g.window(), g.shape());
    Rules.requireShape("max_pool_scatter", "output gradient", in[0], out);
    Rules.requireShape("max_pool_scatter", "places", in[1], out);
    return Rules.one(in[0].with(g.shape()));
  }

  /** Inputs x and places: picks the elements that a pooling of the places' origin picked. */
  static TensorType[] maxPoolGather(Attrs.Window w, TensorType[] in) {
    Shape out = pooled("max_pool_gather", w, in[0].shape());
    Rules.requireShape("max_pool_gather", "places", in[1], out);
    return Rules.one(in[0].with(out));
  }

  static TensorType[] avgPool(Attrs.Window w, TensorType[] in) {
    Rules.requireFloat("avg_pool", in[0]);
    return Rules.one(in[0].with(pooled("avg_pool", w, in[0].shape())));
  }

  static TensorType[] avgPoolGrad(Attrs.WindowGrad g, TensorType[] in) {
    Rules.requireShape(
        "avg_pool_grad", "output gradient", in[0], pooled("avg_pool_grad", g.window(), g.shape()));
    return Rules.one(in[0].with(g.shape()));
  }

  /**
   * Inputs x[N, C, ...], gamma[C], beta[C]; results y, batch mean[C], biased batch variance[C];
   * statistics at least float32.
   */
  static TensorType[] batchNorm(Attrs.Epsilon e, TensorType[] in) {
    TensorType channel = channel("batch_norm", in);
    return new TensorType[] {in[0], channel, channel};
  }

  /** Inputs dy, y, x, gamma, mean, variance; results dx, dgamma, dbeta. */
  static TensorType[] batchNormReluGrad(Attrs.Epsilon e, TensorType[] in) {
    Rules.same("batch_norm_relu_grad", in[0].dtype(), in[1]);
    Rules.requireShape("batch_norm_relu_grad", "output", in[1], in[0].shape());
    return batchNormGrad(e, new TensorType[] {in[0], in[2], in[3], in[4], in[5]});
  }

  /** Inputs x, w, gamma, beta, mean, variance, and the convolution's bias or none. */
  static TensorType[] convNorm(Attrs.ConvNorm a, TensorType[] in) {
    TensorType[] operands =
        in.length == 7 ? new TensorType[] {in[0], in[1], in[6]} : new TensorType[] {in[0], in[1]};
    TensorType y = conv(a.conv(), operands)[0];
    channel("conv_norm", new TensorType[] {y, in[2], in[3], in[4], in[5]});
    return Rules.one(y);
  }

  /** Inputs x, gamma, beta, mean, variance; result y. */
  static TensorType[] batchNormInfer(Attrs.Epsilon e, TensorType[] in) {
    channel("batch_norm_infer", in);
    return Rules.one(in[0]);
  }

  /** Inputs dy, x, gamma, mean, variance; results dx, dgamma, dbeta. */
  static TensorType[] batchNormGrad(Attrs.Epsilon e, TensorType[] in) {
    TensorType channel = channel("batch_norm_grad", new TensorType[] {in[1], in[2], in[3], in[4]});
    return new TensorType[] {in[1], channel, channel};
  }

  private static TensorType channel(String op, TensorType[] in) {
    Rules.requireFloat(op, in[0]);
    if (in[0].shape().rank() < 2) {
      throw new ShapeException(
          Messages.of(op + ": the input needs a channel axis")
              .line("input", in[0].shape() + "  [N, C, ...]")
              .text());
    }
    TensorType channel =
        new TensorType(Shape.of(in[0].shape().dim(1)), in[0].dtype().accumulator(), in[0].device());
    for (int i = 1; i < in.length; i++) {
      Rules.requireShape(op, "per-channel operand " + i, in[i], channel.shape());
      Rules.same(op, channel.dtype(), in[i]);
    }
    return channel;
  }

  /**
   * Inputs x, gamma, beta (both of the normalised shape); results y, mean, 1/sqrt(variance +
   * epsilon) per row.
   */
  static TensorType[] layerNorm(Attrs.LayerNorm a, TensorType[] in) {
    Shape x = in[0].shape();
    Rules.requireFloat("layer_norm", in[0]);
    Shape inner = inner(x, a.axis());
    for (int i = 1; i < 3; i++) {
      Rules.requireShape("layer_norm", i == 1 ? "gamma" : "beta", in[i], inner);
      Rules.same("layer_norm", in[0].dtype().accumulator(), in[i]);
    }
    TensorType stat = rows(in[0], a.axis());
    return new TensorType[] {in[0], stat, stat};
  }

  /** Inputs dy, x, gamma, mean, rstd; results dx, dgamma, dbeta. */
  static TensorType[] layerNormGrad(Attrs.LayerNorm a, TensorType[] in) {
    TensorType parameter = in[2].with(inner(in[1].shape(), a.axis()));
    Rules.requireShape("layer_norm_grad", "output gradient", in[0], in[1].shape());
    Shape perRow = rows(in[1], a.axis()).shape();
    Rules.requireShape("layer_norm_grad", "mean", in[3], perRow);
    Rules.requireShape("layer_norm_grad", "inverse deviation", in[4], perRow);
    return new TensorType[] {in[1], parameter, parameter};
  }

  private static Shape inner(Shape x, int axis) {
    return Shape.of(Arrays.copyOfRange(x.rawDims(), axis, x.rank()));
  }

  private static TensorType rows(TensorType x, int axis) {
    long[] dims = x.shape().dims();
    Arrays.fill(dims, axis, dims.length, 1);
    return new TensorType(Shape.of(dims), x.dtype().accumulator(), x.device());
  }

  /**
   * Inputs logits[N, C] and integer labels[N]; results loss[N] (at least float32) and
   * log-probabilities[N, C] for the gradient.
   */
  static TensorType[] crossEntropy(None none, TensorType[] in) {
    Shape x = in[0].shape();
    Rules.requireFloat("softmax_cross_entropy", in[0]);
    Rules.requireIndices("softmax_cross_entropy", in[1]);
    if (x.rank() != 2) {
      throw new ShapeException(
          Messages.of("softmax_cross_entropy: logits need two axes")
              .line("logits", x + "  [N, C]")
              .text());
    }
    Rules.requireShape("softmax_cross_entropy", "labels", in[1], Shape.of(x.dim(0)));
    TensorType wide = in[0].with(in[0].dtype().accumulator());
    TensorType perRow = wide.with(Shape.of(x.dim(0)));
    return new TensorType[] {perRow, perRow};
  }

  /** Inputs dloss[N], logits[N, C], logarithms of sums[N], labels[N]; result as the logits. */
  static TensorType[] crossEntropyGrad(None none, TensorType[] in) {
    String op = "softmax_cross_entropy_grad";
    TensorType perRow = crossEntropy(none, new TensorType[] {in[1], in[3]})[0];
    Rules.requireShape(op, "loss gradient", in[0], perRow.shape());
    Rules.requireShape(op, "logarithms of sums", in[2], perRow.shape());
    Rules.same(op, perRow.dtype(), in[0]);
    Rules.same(op, perRow.dtype(), in[2]);
    return Rules.one(in[1]);
  }
}
