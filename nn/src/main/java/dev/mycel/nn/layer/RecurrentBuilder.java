package dev.mycel.nn.layer;

import dev.mycel.core.DType;
import java.util.function.Function;

/**
 * Arguments of a recurrent layer, with MindSpore's defaults.
 *
 * @param <L> the layer
 */
public final class RecurrentBuilder<L> {
  final long inputSize;
  final long hiddenSize;
  int numLayers = 1;
  boolean hasBias = true;
  boolean batchFirst;
  double dropout;
  boolean bidirectional;
  DType dtype = DType.FLOAT32;
  private final Function<RecurrentBuilder<L>, L> factory;

  RecurrentBuilder(Function<RecurrentBuilder<L>, L> factory, long inputSize, long hiddenSize) {
    this.factory = factory;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
  }

  /** How many layers are stacked, each reading the output of the one below; 1 by default. */
  public RecurrentBuilder<L> numLayers(int numLayers) {
    this.numLayers = numLayers;
    return this;
  }

  /** Whether there are biases; yes by default. */
  public RecurrentBuilder<L> hasBias(boolean hasBias) {
    this.hasBias = hasBias;
    return this;
  }

  /** Whether inputs and outputs are [N, T, features] instead of [T, N, features]. */
  public RecurrentBuilder<L> batchFirst(boolean batchFirst) {
    this.batchFirst = batchFirst;
    return this;
  }

  /**
   * The probability in [0, 1) to drop what one layer hands to the next, in training; 0 by default.
   */
  public RecurrentBuilder<L> dropout(double dropout) {
    this.dropout = dropout;
    return this;
  }

  /** Whether each layer also reads the sequences backwards, with weights of its own. */
  public RecurrentBuilder<L> bidirectional(boolean bidirectional) {
    this.bidirectional = bidirectional;
    return this;
  }

  /** Element type of the parameters; float32 by default. */
  public RecurrentBuilder<L> dtype(DType dtype) {
    this.dtype = dtype;
    return this;
  }

  /** The layer. */
  public L build() {
    return factory.apply(this);
  }
}
