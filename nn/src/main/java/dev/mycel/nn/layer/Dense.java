package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.Constant;
import dev.mycel.nn.init.HeUniform;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Uniform;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fully connected layer: {@code y = activation(x W^T + b)}, x [..., in], W [out, in], b [out], y
 * [..., out].
 */
public final class Dense extends Cell<Tensor, Tensor> {
  private final long inChannels;
  private final long outChannels;
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final @Nullable Cell<Tensor, Tensor> activation;

  /** With bias and without activation, both uniform within {@code 1 / sqrt(in)} of zero. */
  public Dense(long inChannels, long outChannels) {
    this(builder(inChannels, outChannels));
  }

  private Dense(Builder b) {
    inChannels = Args.positive("dense", "inChannels", b.in);
    outChannels = Args.positive("dense", "outChannels", b.out);
    Shape shape = Shape.of(outChannels, inChannels);
    Initializer wInit = b.weightInit == null ? new HeUniform(Math.sqrt(5)) : b.weightInit;
    weight = new Parameter(Initializers.initializer(wInit, shape, b.dtype), "weight");
    Initializer bInit = b.biasInit == null ? new Uniform(1 / Math.sqrt(inChannels)) : b.biasInit;
    bias =
        b.hasBias
            ? new Parameter(Initializers.initializer(bInit, Shape.of(outChannels), b.dtype), "bias")
            : null;
    activation = b.activation;
  }

  /** A layer with other than the default arguments. */
  public static Builder builder(long inChannels, long outChannels) {
    return new Builder(inChannels, outChannels);
  }

  /** W [out, in]. */
  public Parameter weight() {
    return weight;
  }

  /** b [out], if there is one. */
  public Optional<Parameter> bias() {
    return Optional.ofNullable(bias);
  }

  @Override
  protected Tensor construct(Tensor x) {
    Tensor w = weight.value();
    DType type = Casts.compute(Prims.LINEAR, x.dtype().join(w.dtype()));
    Tensor y = product(x.cast(type), w.cast(type), Casts.biased(type, bias));
    return activation == null ? y : activation.call(y);
  }

  private Tensor product(Tensor x, Tensor w, DType sum) {
    if (bias == null) {
      return Ops.linear(x, w);
    }
    Tensor b = bias.value().cast(sum);
    return sum == x.dtype() ? Ops.linear(x, w, b) : Ops.linear(x, w).cast(sum).add(b);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return "input_channels="
        + inChannels
        + ", output_channels="
        + outChannels
        + (bias == null ? "" : ", has_bias=True")
        + (activation == null ? "" : ", activation=" + activation);
  }

  /** Arguments of a {@link Dense}. */
  public static final class Builder {
    private final long in;
    private final long out;
    private @Nullable Initializer weightInit;
    private @Nullable Initializer biasInit;
    private boolean hasBias = true;
    private @Nullable Cell<Tensor, Tensor> activation;
    private DType dtype = DType.FLOAT32;

    private Builder(long in, long out) {
      this.in = in;
      this.out = out;
    }

    /** Initial weights; by default uniform within {@code 1 / sqrt(in)} of zero. */
    public Builder weightInit(Initializer init) {
      weightInit = init;
      return this;
    }

    /** Initial weights by an alias such as {@code "normal"}. */
    public Builder weightInit(String alias) {
      return weightInit(Initializers.of(alias));
    }

    /** Initial weights as a tensor [out, in]. */
    public Builder weightInit(Tensor value) {
      return weightInit(Initializers.of(value));
    }

    /** One number for all initial weights. */
    public Builder weightInit(double value) {
      return weightInit(new Constant(value));
    }

    /** Initial biases; by default uniform within {@code 1 / sqrt(in)} of zero. */
    public Builder biasInit(Initializer init) {
      biasInit = init;
      return this;
    }

    /** Initial biases by an alias such as {@code "zeros"}. */
    public Builder biasInit(String alias) {
      return biasInit(Initializers.of(alias));
    }

    /** Initial biases as a tensor [out]. */
    public Builder biasInit(Tensor value) {
      return biasInit(Initializers.of(value));
    }

    /** One number for all initial biases. */
    public Builder biasInit(double value) {
      return biasInit(new Constant(value));
    }

    /** Whether there is a bias; yes by default. */
    public Builder hasBias(boolean hasBias) {
      this.hasBias = hasBias;
      return this;
    }

    /** What is applied to the result. */
    public Builder activation(Cell<Tensor, Tensor> activation) {
      this.activation = activation;
      return this;
    }

    /** What is applied to the result, by MindSpore's name: {@code "relu"}. */
    public Builder activation(String alias) {
      return activation(Activations.of(alias));
    }

    /** Element type of the parameters; float32 by default. */
    public Builder dtype(DType dtype) {
      this.dtype = dtype;
      return this;
    }

    /** The layer. */
    public Dense build() {
      return new Dense(this);
    }
  }
}
