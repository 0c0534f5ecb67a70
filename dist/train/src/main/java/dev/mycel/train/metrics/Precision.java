package dev.mycel.train.metrics;

import dev.mycel.core.Tensor;

/**
 * The share of true positives by predicted positives: one number for each class, or for each sample
 * of {@link EvalType#MULTILABEL} data; 0 where there are none.
 */
public final class Precision extends Metric<double[]> {
  private final Counts counts;

  /** Of a classification. */
  public Precision() {
    this(EvalType.CLASSIFICATION);
  }

  /** Of that kind of data. */
  public Precision(EvalType evalType) {
    counts = new Counts(this, evalType);
  }

  @Override
  protected void reset() {
    counts.clear();
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    counts.add(inputs);
  }

  @Override
  protected double[] result() {
    return counts.precision();
  }

  /** The mean of {@link #eval}. */
  public double average() {
    return Counts.mean(eval());
  }
}
