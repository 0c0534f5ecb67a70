package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Uniform;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fully connected layer of two inputs: {@code y_o = x1 W_o x2^T + b_o}, x1 [..., in1], x2 [...,
 * in2], W [out, in1, in2], b [out], y [..., out].
 */
public final class BiDense extends Cell2<Tensor, Tensor, Tensor> {
  private final long in1Channels;
  private final long in2Channels;
  private final long outChannels;
  private final Parameter weight;
  private final @Nullable Parameter bias;

  /** With bias; both uniform within {@code 1 / sqrt(in1)} of zero. */
  public BiDense(long in1Channels, long in2Channels, long outChannels) {
    this(builder(in1Channels, in2Channels, outChannels));
  }

  private BiDense(Builder b) {
    in1Channels = Args.positive("biDense", "in1Channels", b.in1);
    in2Channels = Args.positive("biDense", "in2Channels", b.in2);
    outChannels = Args.positive("biDense", "outChannels", b.out);
    Uniform usual = new Uniform(1 / Math.sqrt(in1Channels));
    Initializer wInit = b.weightInit == null ? usual : b.weightInit;
    Shape shape = Shape.of(outChannels, in1Channels, in2Channels);
    weight = new Parameter(Initializers.initializer(wInit, shape, DType.FLOAT32), "weight");
    Initializer bInit = b.biasInit == null ? usual : b.biasInit;
    Shape outs = Shape.of(outChannels);
    bias =
        b.hasBias
            ? new Parameter(Initializers.initializer(bInit, outs, DType.FLOAT32), "bias")
            : null;
  }

  /** A layer with other than the default arguments. */
  public static Builder builder(long in1Channels, long in2Channels, long outChannels) {
    return new Builder(in1Channels, in2Channels, outChannels);
  }

  /** W [out, in1, in2]. */
  public Parameter weight() {
    return weight;
  }

  /** b [out], if there is one. */
  public Optional<Parameter> bias() {
    return Optional.ofNullable(bias);
  }

  @Override
  protected Tensor construct(Tensor x1, Tensor x2) {
    check(x1.shape(), x2.shape());
    Tensor w = weight.value();
    DType type = Casts.compute(Prims.LINEAR, x1.dtype().join(x2.dtype()).join(w.dtype()));
    Tensor first = x1.reshape(-1, in1Channels).cast(type);
    Tensor second = x2.reshape(-1, in2Channels).cast(type);
    // All rows of x1 with all W_o at once, then with their own rows of x2.
    Tensor rows = w.cast(type).transpose(1, 0, 2).reshape(in1Channels, outChannels * in2Channels);
    Tensor half = first.matmul(rows).reshape(-1, outChannels, in2Channels);
    Tensor flat = half.mul(second.expandDims(1)).sum(2);
    Tensor y = bias == null ? flat : flat.add(bias.value().cast(type));
    return y.reshape(x1.shape().with(x1.rank() - 1, outChannels));
  }

  private void check(Shape x1, Shape x2) {
    boolean fits =
        x1.rank() > 0
            && x1.rank() == x2.rank()
            && x1.dim(-1) == in1Channels
            && x2.dim(-1) == in2Channels
            && x1.with(x1.rank() - 1, 1).equals(x2.with(x2.rank() - 1, 1));
    if (!fits) {
      throw new ShapeException(
          Messages.of("biDense: the inputs do not fit")
              .line("x1", x1 + "  wanted [..., " + in1Channels + "]")
              .line("x2", x2 + "  wanted [..., " + in2Channels + "]")
              .hint("both have the same leading axes")
              .text());
    }
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return "in1_channels="
        + in1Channels
        + ", in2_channels="
        + in2Channels
        + ", output_channels="
        + outChannels
        + ", has_bias="
        + Text.of(bias != null);
  }

  /** Arguments of a {@link BiDense}. */
  public static final class Builder {
    private final long in1;
    private final long in2;
    private final long out;
    private @Nullable Initializer weightInit;
    private @Nullable Initializer biasInit;
    private boolean hasBias = true;

    private Builder(long in1, long in2, long out) {
      this.in1 = in1;
      this.in2 = in2;
      this.out = out;
    }

    /** Initial weights; by default uniform within {@code 1 / sqrt(in1)} of zero. */
    public Builder weightInit(Initializer init) {
      weightInit = init;
      return this;
    }

    /** Initial biases; by default uniform within {@code 1 / sqrt(in1)} of zero. */
    public Builder biasInit(Initializer init) {
      biasInit = init;
      return this;
    }

    /** Whether there is a bias; yes by default. */
    public Builder hasBias(boolean hasBias) {
      this.hasBias = hasBias;
      return this;
    }

    /** The layer. */
    public BiDense build() {
      return new BiDense(this);
    }
  }
}
