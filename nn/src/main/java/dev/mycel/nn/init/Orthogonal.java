package dev.mycel.nn.init;

import dev.mycel.core.Messages;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * A matrix (first axis by all others) whose rows, or columns if there are fewer of them, are
 * orthogonal: the Q of a normal matrix, with the signs that make it uniformly distributed. Saxe et
 * al., 2013.
 */
public final class Orthogonal extends Initializer {
  private final double gain;

  /** Orthonormal. */
  public Orthogonal() {
    this(1);
  }

  /** Orthogonal, each of that length. */
  public Orthogonal(double gain) {
    this.gain = Draws.finite("orthogonal", "gain", gain);
  }

  @Override
  protected void check(Shape shape) {
    if (shape.rank() < 2) {
      throw new ShapeException(
          Messages.of("orthogonal: the shape is no matrix's")
              .line("shape", shape)
              .hint("it needs two axes at least")
              .text());
    }
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    int rows = Math.toIntExact(shape.dim(0));
    int columns = Math.toIntExact(shape.size() / Math.max(rows, 1));
    float[] values = noise.normal(shape.size());
    if (values.length == 0) {
      return values;
    }
    boolean wide = rows < columns;
    double[][] tall = new double[Math.max(rows, columns)][Math.min(rows, columns)];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        tall[wide ? c : r][wide ? r : c] = values[r * columns + c];
      }
    }
    double[][] q = orthonormalColumns(tall);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        values[r * columns + c] = (float) (gain * (wide ? q[c][r] : q[r][c]));
      }
    }
    return values;
  }

  /**
   * The Q of the matrix with R's diagonal made positive, as {@code A / R}: the library's own Q
   * would be square, and a tall matrix's does not fit in memory. Twice, which makes it exact.
   */
  private static double[][] orthonormalColumns(double[][] matrix) {
    return overTriangle(overTriangle(matrix));
  }

  private static double[][] overTriangle(double[][] a) {
    RealMatrix r = new QRDecomposition(new Array2DRowRealMatrix(a, true)).getR();
    int n = a[0].length;
    double[][] q = new double[a.length][n];
    for (int row = 0; row < a.length; row++) {
      for (int j = 0; j < n; j++) {
        double sum = a[row][j];
        double sign = Math.signum(r.getEntry(j, j));
        for (int k = 0; k < j; k++) {
          sum -= q[row][k] * Math.signum(r.getEntry(k, k)) * r.getEntry(k, j);
        }
        q[row][j] = sign * sum / r.getEntry(j, j);
      }
    }
    return q;
  }
}
