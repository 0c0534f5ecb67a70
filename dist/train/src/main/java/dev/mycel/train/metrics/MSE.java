package dev.mycel.train.metrics;

import dev.mycel.core.Tensor;

/**
 * The sum of the squares of the deviations, divided by the number of samples: of several numbers in
 * a sample it is the sum and not the mean, as in MindSpore.
 */
public final class MSE extends Metric<Double> {
  private final ErrorSum sum = new ErrorSum();

  /** A sum of nothing yet. */
  public MSE() {}

  @Override
  protected void reset() {
    sum.clear();
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    sum.add(this, inputs, off -> off * off);
  }

  @Override
  protected Double result() {
    return sum.perSample();
  }
}
