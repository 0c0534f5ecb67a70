package dev.mycel.train.metrics;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;

/**
 * How surprised a model is by the labels: {@code exp} of the mean of {@code -log} of the
 * probabilities that it gave them, 1 at best. Predictions are probabilities [..., C], labels class
 * numbers [...]. Probabilities below 1e-10 count as that.
 */
public final class Perplexity extends Metric<Double> {
  private static final double LEAST = 1e-10;

  private final boolean ignores;
  private final long ignoreLabel;
  private double sum;
  private long words;

  /** A perplexity of all labels. */
  public Perplexity() {
    this(false, 0);
  }

  /** A perplexity of all but that label, which may be out of range. */
  public Perplexity(long ignoreLabel) {
    this(true, ignoreLabel);
  }

  private Perplexity(boolean ignores, long ignoreLabel) {
    this.ignores = ignores;
    this.ignoreLabel = ignoreLabel;
  }

  @Override
  protected void reset() {
    sum = 0;
    words = 0;
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    Inputs.requireCount(this, inputs, 2);
    Tensor predictions = inputs[0];
    Tensor labels = inputs[1];
    requireFit(predictions, labels);
    double[] flat = predictions.toDoubleArray();
    long[] right = labels.toLongArray();
    int classes = (int) predictions.dim(predictions.rank() - 1);
    double more = 0;
    long counted = 0;
    for (int i = 0; i < right.length; i++) {
      if (ignores && right[i] == ignoreLabel) {
        continue;
      }
      Inputs.checked(this, new long[] {right[i]}, classes);
      more -= Math.log(Math.max(LEAST, probability(flat[i * classes + (int) right[i]])));
      counted++;
    }
    sum += more;
    words += counted;
  }

  private void requireFit(Tensor predictions, Tensor labels) {
    boolean fits = predictions.rank() == labels.rank() + 1;
    for (int axis = 0; fits && axis < labels.rank(); axis++) {
      fits = predictions.dim(axis) == labels.dim(axis);
    }
    if (!fits) {
      throw Inputs.misfit(
          this, predictions, labels, "for probabilities [..., C] labels are class numbers [...]");
    }
    if (labels.dtype().isFloat()) {
      throw new DTypeException(
          Messages.of("Perplexity: class numbers must be integers")
              .line("labels", labels.type())
              .text());
    }
  }

  private static double probability(double p) {
    if (!(p >= 0 && p <= 1 + 1e-3)) {
      throw new ArgumentException(
          Messages.of("Perplexity: predictions are probabilities")
              .line("given", p)
              .hint("take the softmax of scores first")
              .text());
    }
    return p;
  }

  @Override
  protected Double result() {
    if (words == 0) {
      throw new TensorException("Perplexity: all labels were ignored");
    }
    return Math.exp(sum / words);
  }
}
