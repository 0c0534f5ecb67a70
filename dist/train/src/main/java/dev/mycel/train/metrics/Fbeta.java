package dev.mycel.train.metrics;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Tensor;

/**
 * {@code (1 + b^2) p r / (b^2 p + r)} of precision p and recall r for each class; 0 where both are.
 */
public final class Fbeta extends Metric<double[]> {
  private final Counts counts = new Counts(this, EvalType.CLASSIFICATION);
  private final double beta;

  /**
   * A mean of precision and recall.
   *
   * @param beta how much more recall weighs, positive
   */
  public Fbeta(double beta) {
    if (!(beta > 0) || Double.isInfinite(beta)) {
      throw new ArgumentException("Fbeta: beta must be positive and finite, got " + beta);
    }
    this.beta = beta;
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
    double[] precision = counts.precision();
    double[] recall = counts.recall();
    double[] scores = new double[precision.length];
    double square = beta * beta;
    for (int i = 0; i < scores.length; i++) {
      double below = square * precision[i] + recall[i];
      scores[i] = below == 0 ? 0 : (1 + square) * precision[i] * recall[i] / below;
    }
    return scores;
  }

  /** The mean of {@link #eval}. */
  public double average() {
    return Counts.mean(eval());
  }
}
