package dev.mycel.nn.layer;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Precision;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Fusing;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.HeUniform;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Uniform;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What convolutions over any number of axes share. */
public abstract class Convolution extends Cell<Tensor, Tensor> implements Fusing {
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final Windows windows;
  private final int group;
  private final long inChannels;
  private final long outChannels;
  private final String repr;

  /** A convolution over that many axes; arguments with one value per axis. */
  Convolution(int axes, ConvBuilder<?> b) {
    String layer = clsName();
    inChannels = Args.positive(layer, "inChannels", b.inChannels);
    outChannels = Args.positive(layer, "outChannels", b.outChannels);
    group = (int) Args.positive(layer, "group", b.group);
    if (inChannels % group != 0 || outChannels % group != 0) {
      throw new ArgumentException(
          Messages.of(layer + ": the channels cannot be split into " + group + " groups")
              .line("in ", inChannels)
              .line("out", outChannels)
              .hint("both must be divisible by the number of groups")
              .text());
    }
    long[] kernel = Args.perAxis(layer, "kernelSize", axes, 1, b.kernelSize);
    long[] stride = Args.perAxis(layer, "stride", axes, 1, b.stride);
    long[] dilation = Args.perAxis(layer, "dilation", axes, 1, b.dilation);
    long[] sides = Windows.sides(layer, axes, b.padMode, b.padding);
    windows = new Windows(kernel, stride, b.padMode, sides, dilation);
    Shape shape = weightShape(kernel);
    double fanIn = (double) shape.size() / outChannels;
    Initializer wInit = b.weightInit == null ? new HeUniform(Math.sqrt(5)) : b.weightInit;
    Initializer bInit = b.biasInit == null ? new Uniform(1 / Math.sqrt(fanIn)) : b.biasInit;
    weight = new Parameter(Initializers.initializer(wInit, shape, b.dtype), "weight");
    bias =
        b.hasBias
            ? new Parameter(Initializers.initializer(bInit, Shape.of(outChannels), b.dtype), "bias")
            : null;
    repr =
        "input_channels="
            + inChannels
            + ", output_channels="
            + outChannels
            + ", kernel_size="
            + Text.tuple(kernel)
            + ", stride="
            + Text.tuple(stride)
            + ", pad_mode="
            + b.padMode
            + ", padding="
            + Text.scalarOrTuple(b.padding)
            + ", dilation="
            + Text.tuple(dilation)
            + ", group="
            + group
            + ", has_bias="
            + Text.of(b.hasBias)
            + ", weight_init="
            + wInit
            + ", bias_init="
            + (b.hasBias ? bInit : "None")
            + ", format="
            + (axes == 3 ? "NCDHW" : "NCHW");
  }

  private Shape weightShape(long[] kernel) {
    long[] dims = new long[kernel.length + 2];
    dims[0] = outChannels;
    dims[1] = inChannels / group;
    System.arraycopy(kernel, 0, dims, 2, kernel.length);
    return Shape.of(dims);
  }

  /** The kernels [out, in / group, kernel...]. */
  public final Parameter weight() {
    return weight;
  }

  /** The biases [out], if there are any. */
  public final Optional<Parameter> bias() {
    return Optional.ofNullable(bias);
  }

  @Override
  protected Tensor construct(Tensor x) {
    checkRank(x);
    return convolve(x);
  }

  private void checkRank(Tensor x) {
    int axes = windows.size().length;
    String form = "[N, " + inChannels + ", " + axes + " axes]";
    Args.rank(clsName(), x.shape(), form, axes + 2);
  }

  final Tensor convolve(Tensor x) {
    DType type = type(x);
    DType sum = Casts.biased(type, bias);
    Tensor y = Casts.settled(() -> convolve(x.cast(type), sum));
    return Precision.current().finish(Prims.CONV, y);
  }

  private Tensor convolve(Tensor x, DType sum) {
    DType type = x.dtype();
    if (bias == null) {
      return Ops.conv(x, weightFor(type), attrs(x));
    }
    Tensor b = bias.value().cast(sum);
    if (sum == type) {
      return Ops.conv(x, weightFor(type), b, attrs(x));
    }
    long[] perChannel = new long[windows.size().length + 1];
    Arrays.fill(perChannel, 1);
    perChannel[0] = outChannels;
    return Ops.conv(x, weightFor(type), attrs(x)).cast(sum).add(b.reshape(perChannel));
  }

  private DType type(Tensor x) {
    return Casts.compute(Prims.CONV, x.dtype().join(weight.dtype()));
  }

  private Attrs.Conv attrs(Tensor x) {
    Windows.Pads pads = windows.pads(x.shape());
    return new Attrs.Conv(windows.stride(), pads.low(), pads.high(), windows.dilation(), group);
  }

  /** The kernel rounds a float32 weight as it packs it, and its gradient need not be widened. */
  private Tensor weightFor(DType type) {
    Tensor w = weight.value();
    return w.dtype() == type.accumulator() ? w : w.cast(type);
  }

  /** Takes over a batch normalisation by moving statistics, and a ReLU after that. */
  @Override
  public int takesOver(List<? extends Cell<Tensor, Tensor>> following) {
    boolean folds =
        following.get(0) instanceof BatchNorm norm
            && norm.usesMovingStatistics()
            && norm.movingMean().shape().dim(0) == outChannels
            && norm.gamma().dtype() == DType.FLOAT32
            && weight.dtype() != DType.FLOAT64
            && norm.takesAxes(windows.size().length)
            && !Autograd.isRecording();
    if (!folds) {
      return 0;
    }
    return following.size() > 1 && following.get(1) instanceof ReLU ? 2 : 1;
  }

  @Override
  public Tensor constructWith(Tensor x, List<? extends Cell<Tensor, Tensor>> following) {
    checkRank(x);
    DType type = type(x);
    BatchNorm norm = (BatchNorm) following.get(0);
    // What the norm would compute in another type is not its own to take over.
    boolean alike = Casts.compute(Prims.BATCH_NORM_INFER, type) == type;
    if (type == DType.FLOAT64 || !alike) {
      Tensor y = convolve(x);
      for (Cell<Tensor, Tensor> cell : following) {
        y = cell.call(y);
      }
      return y;
    }
    Attrs.ConvNorm attrs = new Attrs.ConvNorm(attrs(x), norm.eps(), following.size() == 2);
    Tensor in = x.cast(type);
    Tensor w = weightFor(type);
    Tensor g = norm.gamma().value();
    Tensor b = norm.beta().value();
    Tensor mean = norm.movingMean().value();
    Tensor variance = norm.movingVariance().value();
    return bias == null
        ? Interpreters.bind(Prims.CONV_NORM, attrs, in, w, g, b, mean, variance)
        : Interpreters.bind(
            Prims.CONV_NORM, attrs, in, w, g, b, mean, variance, bias.value().cast(type));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return repr;
  }

  /** Arguments of a one-axis layer as those of a two-axis layer of height one. */
  static <C> ConvBuilder<C> flat(String layer, ConvBuilder<C> b) {
    ConvBuilder<C> two =
        new ConvBuilder<>(
            b.factory, b.inChannels, b.outChannels, 1, one(layer, "kernelSize", b.kernelSize));
    long[] sides = Args.perAxis(layer, "padding", 2, 0, b.padding);
    two.stride(1, one(layer, "stride", b.stride));
    two.padMode(b.padMode).padding(0, 0, sides[0], sides[1]);
    two.dilation(1, one(layer, "dilation", b.dilation));
    two.group(b.group).hasBias(b.hasBias).dtype(b.dtype);
    two.weightInit = b.weightInit;
    two.biasInit = b.biasInit;
    if (b.padMode != PadMode.PAD) {
      Windows.sides(layer, 1, b.padMode, b.padding);
    }
    return two;
  }

  private static long one(String layer, String name, long[] values) {
    if (values.length != 1) {
      throw new ArgumentException(
          layer + ": " + name + " must be one number, got " + Arrays.toString(values));
    }
    return values[0];
  }
}
