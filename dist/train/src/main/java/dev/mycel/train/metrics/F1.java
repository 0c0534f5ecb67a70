package dev.mycel.train.metrics;

import dev.mycel.core.Tensor;

/** {@code 2 p r / (p + r)} of precision p and recall r for each class: {@link Fbeta} of 1. */
public final class F1 extends Metric<double[]> {
  private final Fbeta one = new Fbeta(1);

  /** Of a classification. */
  public F1() {}

  @Override
  protected void reset() {
    one.clear();
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    one.update(inputs);
  }

  @Override
  protected double[] result() {
    return one.eval();
  }

  /** The mean of {@link #eval}. */
  public double average() {
    return Counts.mean(eval());
  }
}
