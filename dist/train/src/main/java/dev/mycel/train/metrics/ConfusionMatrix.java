package dev.mycel.train.metrics;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;

/**
 * How often a class was taken for which: row is the label, column the prediction.
 *
 * <p>Predictions are scores [N, C, ...] for labels [N, ...], or class numbers of the labels' shape,
 * or floats of the labels' shape, which count as class 1 above a threshold and as class 0 else.
 */
public final class ConfusionMatrix extends Metric<double[][]> {
  /** By what counts are divided. */
  public enum Normalize {
    /** By nothing. */
    NO_NORM,
    /** By the number of the row's label. */
    TARGET,
    /** By the number of the column's prediction. */
    PREDICTION,
    /** By the number of all. */
    ALL
  }

  private final int classes;
  private final Normalize normalize;
  private final double threshold;
  private final long[][] counts;

  /** Plain counts. */
  public ConfusionMatrix(int numClasses) {
    this(numClasses, Normalize.NO_NORM, 0.5);
  }

  /**
   * A matrix.
   *
   * @param numClasses at least 1
   * @param threshold above which a float of the labels' shape counts as class 1
   */
  public ConfusionMatrix(int numClasses, Normalize normalize, double threshold) {
    if (numClasses < 1) {
      throw new ArgumentException(
          "ConfusionMatrix: at least one class is needed, got " + numClasses);
    }
    this.classes = numClasses;
    this.normalize = normalize;
    this.threshold = threshold;
    this.counts = new long[classes][classes];
  }

  @Override
  protected void reset() {
    for (long[] row : counts) {
      java.util.Arrays.fill(row, 0);
    }
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    Inputs.requireCount(this, inputs, 2);
    Tensor labels = inputs[1];
    long[] found = found(inputs[0], labels);
    Inputs.checked(this, found, classes);
    long[] right = Inputs.checked(this, labels.toLongArray(), classes);
    for (int i = 0; i < right.length; i++) {
      counts[(int) right[i]][(int) found[i]]++;
    }
  }

  private long[] found(Tensor predictions, Tensor labels) {
    try (Scope scope = Scope.open()) {
      if (predictions.rank() == labels.rank() + 1) {
        Inputs.classes(this, predictions, labels);
        return Inputs.best(this, predictions, labels);
      }
      Inputs.requireSameShape(this, predictions, labels);
      Tensor classes = predictions.dtype().isFloat() ? predictions.gt(threshold) : predictions;
      return classes.toLongArray();
    }
  }

  @Override
  protected double[][] result() {
    double[][] matrix = new double[classes][classes];
    for (int row = 0; row < classes; row++) {
      for (int column = 0; column < classes; column++) {
        double by = divisor(row, column);
        matrix[row][column] = by == 0 ? 0 : counts[row][column] / by;
      }
    }
    return matrix;
  }

  private double divisor(int row, int column) {
    double sum = normalize == Normalize.NO_NORM ? 1 : 0;
    for (int i = 0; i < classes; i++) {
      switch (normalize) {
        case NO_NORM -> {}
        case TARGET -> sum += counts[row][i];
        case PREDICTION -> sum += counts[i][column];
        case ALL -> {
          for (int j = 0; j < classes; j++) {
            sum += counts[i][j];
          }
        }
      }
    }
    return sum;
  }
}
