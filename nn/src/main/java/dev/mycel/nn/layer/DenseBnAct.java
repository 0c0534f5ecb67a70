package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.Normal;
import dev.mycel.nn.init.Zero;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fully connected layer, then batch normalisation if asked for, then an activation if asked for.
 * Weights are drawn from a normal distribution of standard deviation 0.01, biases are zero.
 */
public final class DenseBnAct extends Cell<Tensor, Tensor> {
  private final Dense dense;
  private final @Nullable BatchNorm1d batchnorm;
  private final @Nullable Cell<Tensor, Tensor> activation;

  private DenseBnAct(Builder b) {
    dense = b.dense.weightInit(b.weightInit).biasInit(b.biasInit).build();
    batchnorm = b.hasBn ? BatchNorm1d.builder(b.out).eps(b.eps).momentum(b.momentum).build() : null;
    activation = b.activation == null ? null : activation(b.activation, b.alpha);
  }

  private static Cell<Tensor, Tensor> activation(String alias, double alpha) {
    return alias.equals("leakyrelu") ? new LeakyReLU(alpha) : Activations.of(alias);
  }

  /** A layer without normalisation and activation unless they are asked for. */
  public static Builder builder(long inChannels, long outChannels) {
    return new Builder(inChannels, outChannels);
  }

  /** The dense layer. */
  public Dense dense() {
    return dense;
  }

  /** The normalisation, if there is one. */
  public Optional<BatchNorm1d> batchnorm() {
    return Optional.ofNullable(batchnorm);
  }

  @Override
  protected Tensor construct(Tensor x) {
    Tensor y = dense.call(x);
    Tensor normal = batchnorm == null ? y : batchnorm.call(y);
    return activation == null ? normal : activation.call(normal);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  /** Arguments of a {@link DenseBnAct}. */
  public static final class Builder {
    private final Dense.Builder dense;
    private final long out;
    private Initializer weightInit = new Normal();
    private Initializer biasInit = new Zero();
    private boolean hasBn;
    private double momentum = 0.9;
    private double eps = 1e-5;
    private @Nullable String activation;
    private double alpha = 0.2;

    private Builder(long in, long out) {
      dense = Dense.builder(in, out);
      this.out = out;
    }

    /** Whether there is a bias; yes by default. */
    public Builder hasBias(boolean hasBias) {
      dense.hasBias(hasBias);
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

    /** The share of the old moving statistics; 0.9 by default. */
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
    public DenseBnAct build() {
      return new DenseBnAct(this);
    }
  }
}
