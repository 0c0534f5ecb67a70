package dev.mycel.train.metrics;

import dev.mycel.core.Tensor;
import java.util.List;

/**
 * The receiver operating characteristic: how many positives are found at the price of how many
 * false ones, as the threshold falls. Predictions and labels of one shape are a binary problem, in
 * which label 1 is positive: one curve. Scores [N, C, ...] with class numbers or one-hot rows are C
 * problems of one class against the rest: a curve for each class. All batches count.
 */
public final class ROC extends Metric<List<ROC.Curve>> {
  /**
   * A curve, from nothing found to all found.
   *
   * @param fpr the share of negatives at or above each threshold
   * @param tpr the share of positives at or above each threshold
   * @param thresholds falling; the first is the highest score plus 1, which nothing reaches
   */
  public record Curve(List<Double> fpr, List<Double> tpr, List<Double> thresholds) {
    /** Copies the lists. */
    public Curve {
      fpr = List.copyOf(fpr);
      tpr = List.copyOf(tpr);
      thresholds = List.copyOf(thresholds);
    }

    /** The area under the curve, by trapezoids: 1 at best, 0.5 for guesses. */
    public double auc() {
      double area = 0;
      for (int i = 1; i < fpr.size(); i++) {
        area += (fpr.get(i) - fpr.get(i - 1)) * (tpr.get(i) + tpr.get(i - 1)) / 2;
      }
      return area;
    }
  }

  private final RankedScores scores = new RankedScores(this);

  /** A curve of nothing yet. */
  public ROC() {}

  @Override
  protected void reset() {
    scores.clear();
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    scores.add(inputs);
  }

  @Override
  protected List<Curve> result() {
    return scores.curves();
  }
}
