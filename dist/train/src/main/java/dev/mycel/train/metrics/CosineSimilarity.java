package dev.mycel.train.metrics;

import dev.mycel.core.Messages;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How alike samples are, each to each: the cosines of the angles between the rows [N, D] of all
 * batches, or their products. Takes one input. A row of zeros has no angle: its cosines are NaN.
 */
public final class CosineSimilarity extends Metric<double[][]> {
  private final boolean cosine;
  private final boolean zeroDiagonal;
  private final List<double[]> rows = new ArrayList<>();

  /** Cosines, with zeros for each sample and itself. */
  public CosineSimilarity() {
    this(true, true);
  }

  /**
   * Similarities.
   *
   * @param cosine false for products, MindSpore's {@code "dot"}
   * @param zeroDiagonal whether a sample has no similarity with itself
   */
  public CosineSimilarity(boolean cosine, boolean zeroDiagonal) {
    this.cosine = cosine;
    this.zeroDiagonal = zeroDiagonal;
  }

  @Override
  protected void reset() {
    rows.clear();
  }

  @Override
  protected void accumulate(Tensor[] inputs) {
    Inputs.requireCount(this, inputs, 1);
    Tensor batch = inputs[0];
    boolean fits = batch.rank() == 2 && batch.size() > 0;
    if (!fits || (!rows.isEmpty() && rows.get(0).length != batch.dim(1))) {
      throw new ShapeException(
          Messages.of("CosineSimilarity: samples are rows [N, D], of one length in all batches")
              .line("given ", batch.type())
              .line("before", rows.isEmpty() ? "nothing" : rows.get(0).length + " a row")
              .text());
    }
    double[] flat = batch.toDoubleArray();
    int length = (int) batch.dim(1);
    for (int from = 0; from < flat.length; from += length) {
      double[] row = Arrays.copyOfRange(flat, from, from + length);
      double norm = cosine ? Math.sqrt(product(row, row)) : 1;
      Arrays.setAll(row, i -> row[i] / norm);
      rows.add(row);
    }
  }

  private static double product(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  @Override
  protected double[][] result() {
    double[][] matrix = new double[rows.size()][rows.size()];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix.length; j++) {
        matrix[i][j] = i == j && zeroDiagonal ? 0 : product(rows.get(i), rows.get(j));
      }
    }
    return matrix;
  }

  /** The sum of each row of {@link #eval}: MindSpore's reduction {@code "sum"}. */
  public double[] sum() {
    return Arrays.stream(eval()).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
  }

  /** The mean of each row of {@link #eval}: MindSpore's reduction {@code "mean"}. */
  public double[] mean() {
    double[] means = sum();
    Arrays.setAll(means, i -> means[i] / means.length);
    return means;
  }
}
