package dev.mycel.golden;

import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.layer.*;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiFunction;

/** Convolution, pooling and normalisation, by the primitives or the layers that offer them. */
final class NetworkOps {
  private NetworkOps() {}

  static void addTo(Map<String, BiFunction<Inputs, Args, Object>> t) {
    for (int rank = 1; rank <= 3; rank++) {
      int n = rank;
      t.put("conv" + n + "d", (in, a) -> conv(in, a, n));
      t.put("conv_transpose" + n + "d", (in, a) -> convTranspose(in, a, n));
    }
    t.put("max_pool1d", (in, a) -> maxPool(in, a, MaxPool1d.builder()));
    t.put("max_pool2d", (in, a) -> maxPool(in, a, MaxPool2d.builder()));
    t.put("max_pool3d", (in, a) -> maxPool(in, a, MaxPool3d.builder()));
    t.put("avg_pool1d", (in, a) -> avgPool(in, a, AvgPool1d.builder()));
    t.put("avg_pool2d", (in, a) -> avgPool(in, a, AvgPool2d.builder()));
    t.put("avg_pool3d", (in, a) -> avgPool(in, a, AvgPool3d.builder()));
    t.put("adaptive_avg_pool2d", NetworkOps::adaptive);
    t.put("batch_norm", NetworkOps::batchNorm);
    t.put("layer_norm", NetworkOps::layerNorm);
    t.put("scaled_dot_product_attention", NetworkOps::attention);
  }

  private static long[] each(long[] given, int rank) {
    if (given.length == rank) {
      return given;
    }
    long[] all = new long[rank];
    Arrays.fill(all, given[0]);
    return all;
  }

  private static Object conv(Inputs in, Args a, int n) {
    long[] stride = each(a.longs("stride", 1), n);
    long[] dilation = each(a.longs("dilation", 1), n);
    long[] low = new long[n];
    long[] high = new long[n];
    String mode = a.text("pad_mode", "valid");
    long[] padding = a.longs("padding", 0);
    for (int i = 0; i < n; i++) {
      if (mode.equals("same")) {
        long size = in.x().dim(i + 2);
        long span = dilation[i] * (in.y().dim(i + 2) - 1) + 1;
        long total =
            Math.max(((size + stride[i] - 1) / stride[i] - 1) * stride[i] + span - size, 0);
        low[i] = total / 2;
        high[i] = total - low[i];
      } else if (mode.equals("pad")) {
        low[i] = padding.length == 2 * n ? padding[2 * i] : each(padding, n)[i];
        high[i] = padding.length == 2 * n ? padding[2 * i + 1] : each(padding, n)[i];
      }
    }
    Attrs.Conv c = new Attrs.Conv(stride, low, high, dilation, a.integer("groups", 1));
    return in.count() == 3 ? Ops.conv(in.x(), in.y(), in.at(2), c) : Ops.conv(in.x(), in.y(), c);
  }

  /** The gradient of a convolution for its input: weight [in, out / groups, kernel]. */
  private static Object convTranspose(Inputs in, Args a, int n) {
    long[] stride = each(a.longs("stride", 1), n);
    long[] dilation = each(a.longs("dilation", 1), n);
    long[] padding = each(a.longs("padding", 0), n);
    long[] more = each(a.longs("output_padding", 0), n);
    int groups = a.integer("groups", 1);
    long[] out = in.x().shape().dims();
    out[1] = in.y().dim(1) * groups;
    for (int i = 0; i < n; i++) {
      long span = dilation[i] * (in.y().dim(i + 2) - 1) + 1;
      out[i + 2] = (in.x().dim(i + 2) - 1) * stride[i] - 2 * padding[i] + span + more[i];
    }
    Attrs.Conv c = new Attrs.Conv(stride, padding, padding, dilation, groups);
    Tensor y =
        Interpreters.bind(
            Prims.CONV_INPUT_GRAD, new Attrs.ConvGrad(c, Shape.of(out)), in.x(), in.y());
    if (in.count() == 2) {
      return y;
    }
    long[] channel = new long[n + 2];
    Arrays.fill(channel, 1);
    channel[1] = out[1];
    return y.add(in.at(2).reshape(channel));
  }

  private static void window(Args a, PoolBuilder<?> b) {
    b.padMode("pad");
    a.ifLongs("kernel_size", b::kernelSize);
    a.ifLongs("stride", b::stride);
    a.ifLongs("padding", b::padding);
    a.ifBool("ceil_mode", b::ceilMode);
  }

  private static <P extends dev.mycel.nn.Cell<Tensor, Tensor>> Object maxPool(
      Inputs in, Args a, PoolBuilder<P> b) {
    if (a.bool("return_indices", false)) {
      throw new Unsupported(a.owner() + ": return_indices");
    }
    b.stride(a.longs("kernel_size"));
    window(a, b);
    a.ifLongs("dilation", b::dilation);
    return b.build().call(in.x());
  }

  private static <P extends dev.mycel.nn.Cell<Tensor, Tensor>> Object avgPool(
      Inputs in, Args a, PoolBuilder<P> b) {
    b.kernelSize(1).stride(1);
    window(a, b);
    a.ifBool("count_include_pad", b::countIncludePad);
    a.ifGiven("divisor_override", e -> b.divisorOverride(e.getAsLong()));
    return b.build().call(in.x());
  }

  private static Object adaptive(Inputs in, Args a) {
    var raw = a.raw("output_size");
    long[] size = new long[2];
    for (int i = 0; i < 2; i++) {
      var e = raw != null && raw.isJsonArray() ? raw.getAsJsonArray().get(i) : raw;
      size[i] = e == null || e.isJsonNull() ? in.x().dim(i - 2) : e.getAsLong();
    }
    return new AdaptiveAvgPool2d(size[0], size[1]).call(in.x());
  }

  private static Object batchNorm(Inputs in, Args a) {
    Attrs.Epsilon e = new Attrs.Epsilon(a.number("eps", 1e-5));
    Tensor x = in.x();
    return a.bool("training", false)
        ? Interpreters.bind(Prims.BATCH_NORM, e, x, in.at(3), in.at(4))
        : Interpreters.bind(Prims.BATCH_NORM_INFER, e, x, in.at(3), in.at(4), in.at(1), in.at(2));
  }

  private static Object layerNorm(Inputs in, Args a) {
    Shape inner = Shape.of(a.longs("normalized_shape"));
    int axis = in.x().rank() - inner.rank();
    Tensor gamma = in.count() > 1 ? in.y() : Ops.ones(inner, in.x().dtype());
    Tensor beta = in.count() > 2 ? in.at(2) : Ops.zeros(inner, in.x().dtype());
    return Interpreters.bind(
        Prims.LAYER_NORM, new Attrs.LayerNorm(axis, a.number("eps", 1e-5)), in.x(), gamma, beta);
  }

  private static Object attention(Inputs in, Args a) {
    Tensor q = in.x();
    Tensor k = in.y();
    double scale = a.number("scale", 1 / Math.sqrt(q.dim(-1)));
    Tensor scores = q.matmul(k.swapAxes(-1, -2)).mul(scale);
    if (a.bool("is_causal", false)) {
      Tensor later = Ops.ones(Shape.of(q.dim(-2), k.dim(-2)), q.dtype()).triu(1).ne(0);
      scores = scores.maskedFill(later, Double.NEGATIVE_INFINITY);
    }
    if (in.count() == 4) {
      Tensor mask = in.at(3);
      scores =
          mask.dtype().isFloat()
              ? scores.add(mask)
              : scores.maskedFill(mask.logicalNot(), Double.NEGATIVE_INFINITY);
    }
    return scores.softmax(-1).matmul(in.at(2));
  }
}
