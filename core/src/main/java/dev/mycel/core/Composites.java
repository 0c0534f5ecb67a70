package dev.mycel.core;

/**
 * Decompositions of the composite primitives into simpler ones. They define the composites; fused
 * kernels must agree with them.
 */
final class Composites {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double INVERSE_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

  private Composites() {}

  static Tensor[] relu(None none, Tensor[] in) {
    return one(Ops.maximum(in[0], Ops.zerosLike(in[0])));
  }

  static Tensor[] reluGrad(None none, Tensor[] in) {
    return one(Ops.where(in[1].gt(0), in[0], Ops.zerosLike(in[0])));
  }

  static Tensor[] gelu(Attrs.Gelu a, Tensor[] in) {
    Tensor x = in[0];
    Tensor gate = a.approximate() ? inner(x).tanh() : x.mul(SQRT_HALF).erf();
    return one(x.mul(gate.add(1)).mul(0.5));
  }

  /** {@code sqrt(2/pi) (x + 0.044715 x^3)}. */
  private static Tensor inner(Tensor x) {
    return x.mul(x.square().mul(0.044715).add(1)).mul(SQRT_2_OVER_PI);
  }

  static Tensor[] geluGrad(Attrs.Gelu a, Tensor[] in) {
    Tensor x = in[1];
    if (a.approximate()) {
      Tensor t = inner(x).tanh();
      Tensor slope = x.square().mul(3 * 0.044715).add(1).mul(SQRT_2_OVER_PI);
      Tensor d = t.add(1).add(x.mul(slope).mul(t.square().neg().add(1))).mul(0.5);
      return one(in[0].mul(d));
    }
    Tensor cdf = x.mul(SQRT_HALF).erf().add(1).mul(0.5);
    Tensor pdf = x.square().mul(-0.5).exp().mul(INVERSE_SQRT_2PI);
    return one(in[0].mul(cdf.add(x.mul(pdf))));
  }

  static Tensor[] softplus(None none, Tensor[] in) {
    // From 20 on the second term is below float32's resolution: the identity, as in PyTorch.
    return one(Ops.where(in[0].gt(20), in[0], Elementwise.logOnePlusExp(in[0])));
  }

  static Tensor[] binaryCrossEntropy(None none, Tensor[] in) {
    Tensor yes = boundedLog(in[0]).mul(in[1]);
    Tensor no = boundedLog(in[0].neg().add(1)).mul(in[1].neg().add(1));
    return one(yes.add(no).neg());
  }

  private static Tensor boundedLog(Tensor p) {
    return p.log().clamp(-100, Double.POSITIVE_INFINITY);
  }

  static Tensor[] softmax(Attrs.Axis a, Tensor[] in) {
    if (in[0].shape().isEmpty()) {
      return one(in[0].copy());
    }
    if (isHalf(in[0])) {
      return inFloat32(Prims.SOFTMAX, a, in[0]);
    }
    Tensor e = in[0].sub(in[0].max(true, a.axis())).exp();
    return one(e.div(e.sum(true, a.axis())));
  }

  private static boolean isHalf(Tensor x) {
    return x.dtype() != x.dtype().accumulator();
  }

  /** A sum of exponentials is more than float16 can hold: it is kept wide, and rounded at last. */
  private static Tensor[] inFloat32(Primitive<Attrs.Axis> p, Attrs.Axis a, Tensor x) {
    return one(Interpreters.bind(p, a, x.cast(x.dtype().accumulator())).cast(x.dtype()));
  }

  static Tensor[] softmaxGrad(Attrs.Axis a, Tensor[] in) {
    Tensor weighted = in[0].mul(in[1]);
    return one(weighted.sub(in[1].mul(weighted.sum(true, a.axis()))));
  }

  static Tensor[] logSoftmax(Attrs.Axis a, Tensor[] in) {
    if (in[0].shape().isEmpty()) {
      return one(in[0].copy());
    }
    if (isHalf(in[0])) {
      return inFloat32(Prims.LOG_SOFTMAX, a, in[0]);
    }
    Tensor shifted = in[0].sub(in[0].max(true, a.axis()));
    return one(shifted.sub(shifted.exp().sum(true, a.axis()).log()));
  }

  static Tensor[] logSoftmaxGrad(Attrs.Axis a, Tensor[] in) {
    return one(in[0].sub(in[1].exp().mul(in[0].sum(true, a.axis()))));
  }

  static Tensor[] crossEntropy(None none, Tensor[] in) {
    Tensor x = in[0].cast(in[0].dtype().accumulator());
    String op = "softmaxCrossEntropy";
    Tensor loss = Labels.pick(op, Ops.logSoftmax(x, 1), 1, in[1]).neg();
    return new Tensor[] {loss, Labels.pick(op, x, 1, in[1]).add(loss)};
  }

  static Tensor[] crossEntropyGrad(None none, Tensor[] in) {
    Tensor g = in[0].expandDims(1);
    Tensor x = in[1].cast(in[0].dtype());
    long classes = x.shape().dim(1);
    Tensor atLabel =
        Interpreters.bind(
            Prims.PUT_ALONG_ADD, new Attrs.AxisSize(1, classes), g, in[3].expandDims(1));
    Tensor p = x.sub(in[2].expandDims(1)).exp();
    return one(p.mul(g).sub(atLabel).cast(in[1].dtype()));
  }

  static Tensor[] linear(None none, Tensor[] in) {
    Tensor y = Ops.matmul(in[0], Ops.transpose(in[1], 1, 0));
    return one(in.length == 3 ? y.add(in[2]) : y);
  }

  static Tensor[] batchNorm(Attrs.Epsilon e, Tensor[] in) {
    DType wide = in[0].dtype().accumulator();
    Tensor x = in[0].cast(wide);
    int[] axes = channelRest(x.shape().rank());
    double n = (double) x.shape().size() / Math.max(x.shape().dim(1), 1);
    Tensor mean = x.sum(axes).div(n);
    Tensor centred = x.sub(alongChannel(mean, x));
    Tensor variance = centred.square().sum(axes).div(n);
    Tensor scale = in[1].mul(variance.add(e.value()).rsqrt());
    Tensor y = centred.mul(alongChannel(scale, x)).add(alongChannel(in[2], x));
    return new Tensor[] {y.cast(in[0].dtype()), mean, variance};
  }

  static Tensor[] batchNormInfer(Attrs.Epsilon e, Tensor[] in) {
    Tensor x = in[0].cast(in[0].dtype().accumulator());
    Tensor scale = in[1].mul(in[4].add(e.value()).rsqrt());
    Tensor y =
        x.sub(alongChannel(in[3], x)).mul(alongChannel(scale, x)).add(alongChannel(in[2], x));
    return one(y.cast(in[0].dtype()));
  }

  static Tensor[] batchNormGrad(Attrs.Epsilon e, Tensor[] in) {
    DType wide = in[1].dtype().accumulator();
    Tensor dy = in[0].cast(wide);
    Tensor x = in[1].cast(wide);
    int[] axes = channelRest(x.shape().rank());
    double n = (double) x.shape().size() / Math.max(x.shape().dim(1), 1);
    Tensor rstd = in[4].add(e.value()).rsqrt();
    Tensor normal = x.sub(alongChannel(in[3], x)).mul(alongChannel(rstd, x));
    Tensor dbeta = dy.sum(axes);
    Tensor dgamma = dy.mul(normal).sum(axes);
    Tensor rest =
        dy.sub(alongChannel(dbeta.div(n), x)).sub(normal.mul(alongChannel(dgamma.div(n), x)));
    Tensor dx = rest.mul(alongChannel(in[2].mul(rstd), x));
    return new Tensor[] {dx.cast(in[1].dtype()), dgamma, dbeta};
  }

  static Tensor[] batchNormRelu(Attrs.Epsilon e, Tensor[] in) {
    Tensor[] normal = Interpreters.bindAll(Prims.BATCH_NORM, e, in);
    return new Tensor[] {Ops.relu(normal[0]), normal[1], normal[2]};
  }

  static Tensor[] batchNormReluGrad(Attrs.Epsilon e, Tensor[] in) {
    Tensor dy = Interpreters.bind(Prims.RELU_GRAD, None.NONE, in[0], in[1]);
    return Interpreters.bindAll(Prims.BATCH_NORM_GRAD, e, dy, in[2], in[3], in[4], in[5]);
  }

  static Tensor[] convNorm(Attrs.ConvNorm a, Tensor[] in) {
    Tensor y =
        in.length == 7
            ? Interpreters.bind(Prims.CONV, a.conv(), in[0], in[1], in[6])
            : Interpreters.bind(Prims.CONV, a.conv(), in[0], in[1]);
    Attrs.Epsilon epsilon = new Attrs.Epsilon(a.epsilon());
    Tensor normal =
        Interpreters.bind(Prims.BATCH_NORM_INFER, epsilon, y, in[2], in[3], in[4], in[5]);
    return one(a.relu() ? Ops.relu(normal) : normal);
  }

  static Tensor[] layerNorm(Attrs.LayerNorm a, Tensor[] in) {
    Tensor x = in[0].cast(in[0].dtype().accumulator());
    int[] axes = from(a.axis(), x.shape().rank());
    Tensor mean = x.mean(true, axes);
    Tensor centred = x.sub(mean);
    Tensor rstd = centred.square().mean(true, axes).add(a.epsilon()).rsqrt();
    Tensor y = centred.mul(rstd).mul(in[1]).add(in[2]);
    return new Tensor[] {y.cast(in[0].dtype()), mean, rstd};
  }

  static Tensor[] layerNormGrad(Attrs.LayerNorm a, Tensor[] in) {
    DType wide = in[1].dtype().accumulator();
    Tensor dy = in[0].cast(wide);
    Tensor x = in[1].cast(wide);
    int rank = x.shape().rank();
    int[] inner = from(a.axis(), rank);
    int[] outer = new int[a.axis()];
    java.util.Arrays.setAll(outer, i -> i);
    Tensor normal = x.sub(in[3]).mul(in[4]);
    Tensor scaled = dy.mul(in[2]);
    Tensor dx =
        scaled
            .sub(scaled.mean(true, inner))
            .sub(normal.mul(scaled.mul(normal).mean(true, inner)))
            .mul(in[4]);
    Tensor dgamma = outer.length == 0 ? dy.mul(normal) : dy.mul(normal).sum(outer);
    Tensor dbeta = outer.length == 0 ? dy : dy.sum(outer);
    return new Tensor[] {dx.cast(in[1].dtype()), dgamma, dbeta};
  }

  static Tensor[] squareSum(None none, Tensor[] in) {
    return one(in[0].cast(in[0].dtype().accumulator()).square().sum());
  }

  static Tensor[] dropout(Attrs.Dropout d, Tensor[] in) {
    Tensor u =
        Interpreters.bind(
            Prims.RANDOM_UNIFORM,
            new Attrs.Draw(in[0].shape(), DType.FLOAT32, d.key(), d.counter()));
    Tensor kept = u.ge(d.probability());
    double scale = d.probability() < 1 ? 1 / (1 - d.probability()) : 0;
    return one(Ops.where(kept, in[0].mul(scale), Ops.zerosLike(in[0])));
  }

  private static Tensor alongChannel(Tensor perChannel, Tensor x) {
    long[] dims = new long[x.shape().rank()];
    java.util.Arrays.fill(dims, 1);
    dims[1] = x.shape().dim(1);
    return perChannel.reshape(dims);
  }

  private static int[] channelRest(int rank) {
    int[] axes = new int[rank - 1];
    for (int i = 1; i < axes.length; i++) {
      axes[i] = i + 1;
    }
    return axes;
  }

  private static int[] from(int axis, int rank) {
    int[] axes = new int[rank - axis];
    java.util.Arrays.setAll(axes, i -> axis + i);
    return axes;
  }

  private static Tensor[] one(Tensor t) {
    return new Tensor[] {t};
  }
}
