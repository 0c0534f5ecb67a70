package dev.mycel.nn.layer;

import dev.mycel.nn.PadMode;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a pooling layer, with MindSpore's defaults: window 1, stride 1 (not the window's
 * extent), pad mode VALID.
 *
 * @param <P> the layer
 */
public final class PoolBuilder<P> {
  long[] kernelSize = {1};
  long[] stride = {1};
  PadMode padMode = PadMode.VALID;
  long[] padding = {0};
  long[] dilation = {1};
  boolean ceilMode;
  boolean countIncludePad = true;
  @Nullable Long divisorOverride;
  private final Function<PoolBuilder<P>, P> factory;
  private final boolean averages;
  private final String layer;

  PoolBuilder(String layer, boolean averages, Function<PoolBuilder<P>, P> factory) {
    this.layer = layer;
    this.averages = averages;
    this.factory = factory;
  }

  /** Extents of the window: one for all axes or one each. */
  public PoolBuilder<P> kernelSize(long... kernelSize) {
    this.kernelSize = kernelSize.clone();
    return this;
  }

  /** Distance of neighbouring windows: one for all axes or one each. */
  public PoolBuilder<P> stride(long... stride) {
    this.stride = stride.clone();
    return this;
  }

  /** How borders are treated. */
  public PoolBuilder<P> padMode(PadMode padMode) {
    this.padMode = padMode;
    return this;
  }

  /** How borders are treated, by name. */
  public PoolBuilder<P> padMode(String padMode) {
    return padMode(PadMode.of(padMode));
  }

  /** Padding on both sides, with mode PAD: one for all axes or one each. */
  public PoolBuilder<P> padding(long... padding) {
    this.padding = padding.clone();
    return this;
  }

  /** Distance of a window's elements, for maxima with mode PAD. */
  public PoolBuilder<P> dilation(long... dilation) {
    if (averages) {
      throw new dev.mycel.core.ArgumentException(layer + ": averages have no dilation");
    }
    this.dilation = dilation.clone();
    return this;
  }

  /** Whether a last, partial window counts, with mode PAD. */
  public PoolBuilder<P> ceilMode(boolean ceilMode) {
    this.ceilMode = ceilMode;
    return this;
  }

  /** Whether averages count the padding; yes by default. */
  public PoolBuilder<P> countIncludePad(boolean countIncludePad) {
    requireAverages("countIncludePad");
    this.countIncludePad = countIncludePad;
    return this;
  }

  /** What sums are divided by, instead of the number of elements; positive. */
  public PoolBuilder<P> divisorOverride(long divisor) {
    requireAverages("divisorOverride");
    this.divisorOverride = Args.positive(layer, "divisorOverride", divisor);
    return this;
  }

  private void requireAverages(String argument) {
    if (!averages) {
      throw new dev.mycel.core.ArgumentException(layer + ": maxima have no " + argument);
    }
  }

  /** The layer. */
  public P build() {
    return factory.apply(this);
  }
}
