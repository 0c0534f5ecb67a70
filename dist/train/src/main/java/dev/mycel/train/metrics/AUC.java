package dev.mycel.train.metrics;

import dev.mycel.core.Tensor;

/**
 * The area under the curve of {@link ROC}: the chance that a positive has a higher score than a
 * negative. Of several classes it is the mean over classes, each against the rest.
 */
public final class AUC extends Metric<Double> {
  private final RankedScores scores = new RankedScores(this);

  /** An area of nothing yet. */
  public AUC() {}

  @Override
  protected void reset() {
    scores.clear();
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    scores.add(inputs);
  }

  @Override
  protected Double result() {
    return scores.curves().stream().mapToDouble(ROC.Curve::auc).average().orElse(Double.NaN);
  }
}
