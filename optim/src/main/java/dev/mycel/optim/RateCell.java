package dev.mycel.optim;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;

/**
 * Holds the learning rates of an optimiser with dynamic rates, as MindSpore does: a child's
 * parameters come after the optimiser's own in a checkpoint.
 */
final class RateCell extends Cell<Long, Tensor> {
  private final Parameter rates;
  private final transient RateSource source;

  RateCell(Parameter rates, RateSource source) {
    super(false);
    this.rates = rates;
    this.source = source;
  }

  @Override
  protected Tensor construct(Long step) {
    return Ops.scalar(source.at("learningRate", step), DType.FLOAT32);
  }

  @Override
  public String extendRepr() {
    return "rates=" + rates.shape();
  }
}
