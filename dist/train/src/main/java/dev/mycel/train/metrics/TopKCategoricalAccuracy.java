package dev.mycel.train.metrics;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;

/**
 * The share of samples whose label is among the k highest scores. Scores are [N, C], labels are
 * class numbers [N] or one-hot rows [N, C]. Of equal scores the first ones count as higher.
 */
public final class TopKCategoricalAccuracy extends Metric<Double> {
  private final String name;
  private final int k;
  private long correct;
  private long total;

  /**
   * An accuracy.
   *
   * @param k how many guesses count, at least 1
   */
  public TopKCategoricalAccuracy(int k) {
    this("TopKCategoricalAccuracy", k);
  }

  private TopKCategoricalAccuracy(String name, int k) {
    if (k < 1) {
      throw new ArgumentException(name + ": k must be at least 1, got " + k);
    }
    this.name = name;
    this.k = k;
  }

  /** MindSpore's Top1CategoricalAccuracy. */
  public static TopKCategoricalAccuracy top1() {
    return new TopKCategoricalAccuracy("Top1CategoricalAccuracy", 1);
  }

  /** MindSpore's Top5CategoricalAccuracy. */
  public static TopKCategoricalAccuracy top5() {
    return new TopKCategoricalAccuracy("Top5CategoricalAccuracy", 5);
  }

  @Override
  protected void reset() {
    correct = 0;
    total = 0;
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    Inputs.requireCount(this, inputs, 2);
    Tensor scores = inputs[0];
    if (scores.rank() != 2) {
      throw new ShapeException(
          Messages.of(name + ": scores are [N, C]").line("predictions", scores.type()).text());
    }
    long[] labels = Inputs.classes(this, scores, inputs[1]);
    double[] flat = scores.toDoubleArray();
    int classes = (int) scores.dim(1);
    for (int row = 0; row < labels.length; row++) {
      correct += rank(flat, row * classes, classes, (int) labels[row]) < k ? 1 : 0;
    }
    total += labels.length;
  }

  /** How many scores of a row come before that of a class; NaN comes before nothing. */
  private static int rank(double[] flat, int from, int classes, int label) {
    double own = flat[from + label];
    if (Double.isNaN(own)) {
      return classes;
    }
    int before = 0;
    for (int c = 0; c < classes; c++) {
      double other = flat[from + c];
      before += other > own || (other == own && c < label) ? 1 : 0;
    }
    return before;
  }

  @Override
  protected Double result() {
    return (double) correct / total;
  }

  @Override
  protected String name() {
    return name;
  }
}
