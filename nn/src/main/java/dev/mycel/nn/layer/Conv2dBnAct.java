package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Normal;
import dev.mycel.nn.init.Zero;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A convolution over two axes, then batch normalisation if asked for, then an activation if asked
 * for. Weights are drawn from a normal distribution of standard deviation 0.01, biases are zero.
 */
public final class Conv2dBnAct extends Cell<Tensor, Tensor> {
  private final Conv2d conv;
  private final @Nullable BatchNorm2d batchnorm;
  private final @Nullable Cell<Tensor, Tensor> activation;

  private Conv2dBnAct(Builder b) {
    conv = b.conv.weightInit(b.weightInit).biasInit(b.biasInit).build();
    batchnorm = b.hasBn ? BatchNorm2d.builder(b.out).eps(b.eps).momentum(b.momentum).build() : null;
    activation = b.activation == null ? null : activation(b.activation, b.alpha);
  }

  private static Cell<Tensor, Tensor> activation(String alias, double alpha) {
    return alias.equals("leakyrelu") ? new LeakyReLU(alpha) : Activations.of(alias);
  }

  /** A layer without normalisation and activation unless they are asked for. */
  public static Builder builder(long inChannels, long outChannels, long... kernelSize) {
    return new Builder(inChannels, outChannels, kernelSize);
  }

  /** The convolution. */
  public Conv2d conv() {
    return conv;
  }

  /** The normalisation, if there is one. */
  public Optional<BatchNorm2d> batchnorm() {
    return Optional.ofNullable(batchnorm);
  }

  @Override
  protected Tensor construct(Tensor x) {
    Tensor y = conv.call(x);
    Tensor normal = batchnorm == null ? y : batchnorm.call(y);
    return activation == null ? normal : activation.call(normal);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  /** Arguments of a {@link Conv2dBnAct}. */
  public static final class Builder {
    private final ConvBuilder<Conv2d> conv;
    private final long out;
    private Initializer weightInit = new Normal();
    private Initializer biasInit = new Zero();
    private boolean hasBn;
    private double momentum = 0.997;
    private double eps = 1e-5;
    private @Nullable String activation;
    private double alpha = 0.2;

    private Builder(long in, long out, long... kernelSize) {
      conv = Conv2d.builder(in, out, kernelSize);
      this.out = out;
    }

    /** Distance of neighbouring windows; 1 by default. */
    public Builder stride(long... stride) {
      conv.stride(stride);
      return this;
    }

    /** How borders are treated; {@link PadMode#SAME} by default. */
    public Builder padMode(PadMode padMode) {
      conv.padMode(padMode);
      return this;
    }

    /** How borders are treated, by name. */
    public Builder padMode(String padMode) {
      return padMode(PadMode.of(padMode));
    }

    /** Zeros around the input with mode PAD. */
    public Builder padding(long... padding) {
      conv.padding(padding);
      return this;
    }

    /** Distance of the elements that a kernel touches; 1 by default. */
    public Builder dilation(long... dilation) {
      conv.dilation(dilation);
      return this;
    }

    /** Number of independent slices of the channels. */
    public Builder group(int group) {
      conv.group(group);
      return this;
    }

    /** Whether there is a bias; no by default. */
    public Builder hasBias(boolean hasBias) {
      conv.hasBias(hasBias);
      return this;
    }

    /** Initial weights; normal by default. */
    public Builder weightInit(Initializer init) {
      weightInit = init;
      return this;
    }

    /** Initial weights by an alias such as {@code "he_uniform"}. */
    public Builder weightInit(String alias) {
      return weightInit(Initializers.of(alias));
    }

    /** Initial biases; zeros by default. */
    public Builder biasInit(Initializer init) {
      biasInit = init;
      return this;
    }

    /** Initial biases by an alias such as {@code "ones"}. */
    public Builder biasInit(String alias) {
      return biasInit(Initializers.of(alias));
    }

    /** Whether to normalise; no by default. */
    public Builder hasBn(boolean hasBn) {
      this.hasBn = hasBn;
      return this;
    }

    /** The share of the old moving statistics; 0.997 by default. */
    public Builder momentum(double momentum) {
      this.momentum = momentum;
      return this;
    }

    /** What is added to variances; 1e-5 by default. */
    public Builder eps(double eps) {
      this.eps = eps;
      return this;
    }

    /** What is applied at the end, by MindSpore's name: {@code "relu"}; nothing by default. */
    public Builder activation(String alias) {
      activation = alias;
      return this;
    }

    /** The slope of a leaky relu left of zero; 0.2 by default. */
    public Builder alpha(double alpha) {
      this.alpha = alpha;
      return this;
    }

    /** The layer. */
    public Conv2dBnAct build() {
      return new Conv2dBnAct(this);
    }
  }
}
