package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.HeUniform;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Uniform;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A transposed convolution over two axes: x [N, in, H, W], weight [in, out / group, kernel,
 * kernel]. It is the gradient of the convolution that has this weight, for its input.
 *
 * <p>With {@code k} for the extent of a dilated kernel the result extends over {@code H * stride}
 * with pad mode SAME, {@code H * stride + max(k - stride, 0)} with VALID, and {@code H * stride + k
 * - stride} less the padding with PAD.
 */
public final class Conv2dTranspose extends Cell<Tensor, Tensor> {
  private static final String NAME = "conv2dTranspose";

  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final Windows windows;
  private final long[] outputPadding;
  private final int group;
  private final long inChannels;
  private final long outChannels;
  private final String repr;

  /** Stride 1, pad mode SAME, no bias. */
  public Conv2dTranspose(long inChannels, long outChannels, long... kernelSize) {
    this(builder(inChannels, outChannels, kernelSize));
  }

  private Conv2dTranspose(Builder b) {
    inChannels = Args.positive(NAME, "inChannels", b.inChannels);
    outChannels = Args.positive(NAME, "outChannels", b.outChannels);
    group = (int) Args.positive(NAME, "group", b.group);
    if (inChannels % group != 0 || outChannels % group != 0) {
      throw new ArgumentException(
          Messages.of(NAME + ": the channels cannot be split into " + group + " groups")
              .line("in ", inChannels)
              .line("out", outChannels)
              .hint("both must be divisible by the number of groups")
              .text());
    }
    long[] kernel = Args.perAxis(NAME, "kernelSize", 2, 1, b.kernelSize);
    long[] stride = Args.perAxis(NAME, "stride", 2, 1, b.stride);
    long[] dilation = Args.perAxis(NAME, "dilation", 2, 1, b.dilation);
    long[] sides = Windows.sides(NAME, 2, b.padMode, b.padding);
    windows = new Windows(kernel, stride, b.padMode, sides, dilation);
    outputPadding = checkedOutputPadding(b, stride, dilation);
    Shape shape = Shape.of(inChannels, outChannels / group, kernel[0], kernel[1]);
    double fan = (double) shape.size() / inChannels;
    Initializer wInit = b.weightInit == null ? new HeUniform(Math.sqrt(5)) : b.weightInit;
    Initializer bInit = b.biasInit == null ? new Uniform(1 / Math.sqrt(fan)) : b.biasInit;
    weight = new Parameter(Initializers.initializer(wInit, shape, b.dtype), "weight");
    Shape outs = Shape.of(outChannels);
    bias = b.hasBias ? new Parameter(Initializers.initializer(bInit, outs, b.dtype), "bias") : null;
    repr = repr(b, wInit, bInit);
  }

  private static long[] checkedOutputPadding(Builder b, long[] stride, long[] dilation) {
    long[] extra = Args.perAxis(NAME, "outputPadding", 2, 0, b.outputPadding);
    for (int i = 0; i < 2; i++) {
      if (extra[i] > 0 && b.padMode != PadMode.PAD) {
        throw new ArgumentException(
            Messages.of(NAME + ": outputPadding needs pad mode 'pad'")
                .line("outputPadding", Arrays.toString(extra))
                .line("pad mode     ", b.padMode)
                .text());
      }
      if (extra[i] >= Math.max(stride[i], dilation[i])) {
        throw new ArgumentException(
            Messages.of(NAME + ": outputPadding is too large")
                .line("outputPadding", Arrays.toString(extra))
                .line("stride       ", Arrays.toString(stride))
                .line("dilation     ", Arrays.toString(dilation))
                .hint("it must be below the larger of stride and dilation")
                .text());
      }
    }
    return extra;
  }

  private String repr(Builder b, Initializer wInit, Initializer bInit) {
    return "input_channels="
        + inChannels
        + ", output_channels="
        + outChannels
        + ", kernel_size="
        + Text.tuple(windows.size())
        + ", stride="
        + Text.tuple(windows.stride())
        + ", pad_mode="
        + b.padMode
        + ", padding="
        + Text.scalarOrTuple(b.padding)
        + ", dilation="
        + Text.tuple(windows.dilation())
        + ", group="
        + group
        + ", has_bias="
        + Text.of(b.hasBias)
        + ", weight_init="
        + wInit
        + ", bias_init="
        + (b.hasBias ? bInit : "None")
        + ", format=NCHW";
  }

  /** A layer with other than the default arguments; one kernel size for both axes or one each. */
  public static Builder builder(long inChannels, long outChannels, long... kernelSize) {
    return new Builder(inChannels, outChannels, kernelSize);
  }

  /** The kernels [in, out / group, kernel, kernel]. */
  public Parameter weight() {
    return weight;
  }

  /** The biases [out], if there are any. */
  public Optional<Parameter> bias() {
    return Optional.ofNullable(bias);
  }

  @Override
  protected Tensor construct(Tensor x) {
    Args.rank(NAME, x.shape(), "[N, " + inChannels + ", H, W]", 4);
    if (x.dim(1) != inChannels) {
      throw new ShapeException(
          Messages.of(NAME + ": the input has another number of channels")
              .line("input ", x.shape())
              .line("wanted", "[N, " + inChannels + ", H, W]")
              .text());
    }
    Shape out = outShape(x.shape());
    Windows.Pads pads = windows.pads(out);
    Attrs.Conv conv =
        new Attrs.Conv(windows.stride(), pads.low(), pads.high(), windows.dilation(), group);
    DType type = Casts.compute(Prims.CONV, x.dtype().join(weight.dtype()));
    return Casts.settled(
        () -> {
          Tensor y =
              Interpreters.bind(
                  Prims.CONV_INPUT_GRAD,
                  new Attrs.ConvGrad(conv, out),
                  x.cast(type),
                  weight.value().cast(type));
          Tensor shifted =
              bias == null ? y : y.add(bias.value().cast(type).reshape(1, outChannels, 1, 1));
          return padded(shifted);
        });
  }

  private Tensor padded(Tensor y) {
    if (outputPadding[0] == 0 && outputPadding[1] == 0) {
      return y;
    }
    return y.pad(new long[4], new long[] {0, 0, outputPadding[0], outputPadding[1]}, 0);
  }

  private Shape outShape(Shape in) {
    long[] extents = new long[2];
    for (int i = 0; i < 2; i++) {
      long steps = in.dim(2 + i) * windows.stride()[i];
      long span = windows.dilation()[i] * (windows.size()[i] - 1) + 1;
      long over = span - windows.stride()[i];
      extents[i] =
          switch (windows.mode()) {
            case SAME -> steps;
            case VALID -> steps + Math.max(over, 0);
            case PAD -> steps + over - windows.padding()[2 * i] - windows.padding()[2 * i + 1];
          };
    }
    if (extents[0] < 0 || extents[1] < 0) {
      throw new ShapeException(
          Messages.of(NAME + ": the padding is larger than the result")
              .line("input  ", in)
              .line("padding", Arrays.toString(windows.padding()))
              .text());
    }
    return Shape.of(in.dim(0), outChannels, extents[0], extents[1]);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return repr;
  }

  /** Arguments of a {@link Conv2dTranspose}. */
  public static final class Builder {
    private final long inChannels;
    private final long outChannels;
    private final long[] kernelSize;
    private long[] stride = {1};
    private PadMode padMode = PadMode.SAME;
    private long[] padding = {0};
    private long[] outputPadding = {0};
    private long[] dilation = {1};
    private int group = 1;
    private boolean hasBias;
    private @Nullable Initializer weightInit;
    private @Nullable Initializer biasInit;
    private DType dtype = DType.FLOAT32;

    private Builder(long inChannels, long outChannels, long... kernelSize) {
      this.inChannels = inChannels;
      this.outChannels = outChannels;
      this.kernelSize = kernelSize.clone();
    }

    /** Distance of neighbouring windows in the result; 1 by default. */
    public Builder stride(long... stride) {
      this.stride = stride.clone();
      return this;
    }

    /** How borders are treated; {@link PadMode#SAME} by default. */
    public Builder padMode(PadMode padMode) {
      this.padMode = padMode;
      return this;
    }

    /** How borders are treated, by name. */
    public Builder padMode(String padMode) {
      return padMode(PadMode.of(padMode));
    }

    /** What is cut off with mode PAD: one for all sides, or top, bottom, left, right. */
    public Builder padding(long... padding) {
      this.padding = padding.clone();
      return this;
    }

    /** Zeros added below and to the right, with mode PAD; one for both axes or one each. */
    public Builder outputPadding(long... outputPadding) {
      this.outputPadding = outputPadding.clone();
      return this;
    }

    /** Distance of the elements that a kernel touches; 1 by default. */
    public Builder dilation(long... dilation) {
      this.dilation = dilation.clone();
      return this;
    }

    /** Number of independent slices of the channels, which divides both numbers of channels. */
    public Builder group(int group) {
      this.group = group;
      return this;
    }

    /** Whether there is a bias; no by default. */
    public Builder hasBias(boolean hasBias) {
      this.hasBias = hasBias;
      return this;
    }

    /** Initial weights; by default uniform within one over the root of their second fan. */
    public Builder weightInit(Initializer init) {
      weightInit = init;
      return this;
    }

    /** Initial biases; by default like the weights. */
    public Builder biasInit(Initializer init) {
      biasInit = init;
      return this;
    }

    /** Element type of the parameters; float32 by default. */
    public Builder dtype(DType dtype) {
      this.dtype = dtype;
      return this;
    }

    /** The layer. */
    public Conv2dTranspose build() {
      return new Conv2dTranspose(this);
    }
  }
}
