package dev.mycel.train.metrics;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;

/**
 * How well two sets overlap: {@code 2 sum(p y) / (sum(p p) + sum(y y) + smooth)} of each sample,
 * and the mean over samples; 1 at best, 0 where they are disjoint. Predictions and labels are [N,
 * ...].
 */
public final class Dice extends Metric<Double> {
  private final double smooth;
  private double sum;
  private long samples;

  /** A coefficient with 1e-5 for {@code smooth}. */
  public Dice() {
    this(1e-5);
  }

  /**
   * A coefficient.
   *
   * @param smooth keeps empty samples from dividing by zero; positive
   */
  public Dice(double smooth) {
    if (!(smooth > 0) || Double.isInfinite(smooth)) {
      throw new ArgumentException("Dice: smooth must be positive and finite, got " + smooth);
    }
    this.smooth = smooth;
  }

  @Override
  protected void reset() {
    sum = 0;
    samples = 0;
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    Inputs.requireCount(this, inputs, 2);
    Inputs.requireSameShape(this, inputs[0], inputs[1]);
    if (inputs[0].rank() == 0 || inputs[0].size() == 0) {
      throw new ShapeException(
          Messages.of("Dice: there must be samples, [N, ...]")
              .line("predictions", inputs[0].type())
              .text());
    }
    double[] found = inputs[0].toDoubleArray();
    double[] right = inputs[1].toDoubleArray();
    int n = (int) inputs[0].dim(0);
    int each = found.length / n;
    for (int row = 0; row < n; row++) {
      double common = 0;
      double all = 0;
      for (int i = row * each; i < (row + 1) * each; i++) {
        common += found[i] * right[i];
        all += found[i] * found[i] + right[i] * right[i];
      }
      sum += 2 * common / (all + smooth);
    }
    samples += n;
  }

  @Override
  protected Double result() {
    return sum / samples;
  }
}
