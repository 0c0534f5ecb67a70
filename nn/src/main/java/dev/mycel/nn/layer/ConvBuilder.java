package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.init.Constant;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a convolution, with MindSpore's defaults.
 *
 * @param <C> the layer
 */
public final class ConvBuilder<C> {
  final long inChannels;
  final long outChannels;
  final long[] kernelSize;
  long[] stride = {1};
  PadMode padMode = PadMode.SAME;
  long[] padding = {0};
  long[] dilation = {1};
  int group = 1;
  boolean hasBias;
  @Nullable Initializer weightInit;
  @Nullable Initializer biasInit;
  DType dtype = DType.FLOAT32;
  final Function<ConvBuilder<C>, C> factory;

  ConvBuilder(
      Function<ConvBuilder<C>, C> factory, long inChannels, long outChannels, long... kernelSize) {
    this.factory = factory;
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = kernelSize.clone();
  }

  /** Distance of neighbouring windows: one for all axes or one each; 1 by default. */
  public ConvBuilder<C> stride(long... stride) {
    this.stride = stride.clone();
    return this;
  }

  /** How borders are treated; {@link PadMode#SAME} by default. */
  public ConvBuilder<C> padMode(PadMode padMode) {
    this.padMode = padMode;
    return this;
  }

  /** How borders are treated, by name. */
  public ConvBuilder<C> padMode(String padMode) {
    return padMode(PadMode.of(padMode));
  }

  /** Zeros around the input with mode PAD: one for all sides, or top, bottom, left, right. */
  public ConvBuilder<C> padding(long... padding) {
    this.padding = padding.clone();
    return this;
  }

  /** Distance of the elements that a kernel touches: one for all axes or one each; 1 by default. */
  public ConvBuilder<C> dilation(long... dilation) {
    this.dilation = dilation.clone();
    return this;
  }

  /** Number of independent slices of the channels, which divides both numbers of channels. */
  public ConvBuilder<C> group(int group) {
    this.group = group;
    return this;
  }

  /** Whether there is a bias; no by default. */
  public ConvBuilder<C> hasBias(boolean hasBias) {
    this.hasBias = hasBias;
    return this;
  }

  /** Initial weights; by default uniform within {@code 1 / sqrt(fan in)} of zero. */
  public ConvBuilder<C> weightInit(Initializer init) {
    this.weightInit = init;
    return this;
  }

  /** Initial weights by an alias such as {@code "normal"}. */
  public ConvBuilder<C> weightInit(String alias) {
    return weightInit(Initializers.of(alias));
  }

  /** Initial weights as a tensor [out, in / group, kernel...]. */
  public ConvBuilder<C> weightInit(Tensor value) {
    return weightInit(Initializers.of(value));
  }

  /** One number for all initial weights. */
  public ConvBuilder<C> weightInit(double value) {
    return weightInit(new Constant(value));
  }

  /** Initial biases; by default uniform within {@code 1 / sqrt(fan in)} of zero. */
  public ConvBuilder<C> biasInit(Initializer init) {
    this.biasInit = init;
    return this;
  }

  /** Initial biases by an alias such as {@code "zeros"}. */
  public ConvBuilder<C> biasInit(String alias) {
    return biasInit(Initializers.of(alias));
  }

  /** Initial biases as a tensor [out]. */
  public ConvBuilder<C> biasInit(Tensor value) {
    return biasInit(Initializers.of(value));
  }

  /** One number for all initial biases. */
  public ConvBuilder<C> biasInit(double value) {
    return biasInit(new Constant(value));
  }

  /** Element type of the parameters; float32 by default. */
  public ConvBuilder<C> dtype(DType dtype) {
    this.dtype = dtype;
    return this;
  }

  /** The layer. */
  public C build() {
    return factory.apply(this);
  }
}
