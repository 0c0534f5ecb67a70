package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Shape;

/** A normal matrix in each column of which a share of the elements is zero. */
public final class Sparse extends Initializer {
  private final double sparsity;
  private final double sigma;

  /** That share of zeros, standard deviation 0.01. */
  public Sparse(double sparsity) {
    this(sparsity, 0.01);
  }

  /** That share of zeros, in [0, 1], and that standard deviation of the rest. */
  public Sparse(double sparsity, double sigma) {
    if (!(sparsity >= 0 && sparsity <= 1)) {
      throw new ArgumentException("sparse: the sparsity must be in [0, 1], got " + sparsity);
    }
    this.sparsity = sparsity;
    this.sigma = Draws.sigma("sparse", sigma);
  }

  @Override
  protected int draws() {
    return 2;
  }

  @Override
  protected void check(Shape shape) {
    Identity.requireMatrix("sparse", shape);
  }

  @Override
  protected float[] fill(Shape shape, Noise noise) {
    float[] values = Draws.normal(shape, noise, 0, sigma);
    float[] keys = noise.uniform(shape.size());
    int rows = Math.toIntExact(shape.dim(0));
    int columns = Math.toIntExact(shape.dim(1));
    int zeros = (int) Math.ceil(sparsity * rows);
    for (int c = 0; c < columns; c++) {
      int column = c;
      // The rows with the smallest keys: a random choice without repetition.
      java.util.stream.IntStream.range(0, rows)
          .boxed()
          .sorted(java.util.Comparator.comparingDouble(r -> keys[r * columns + column]))
          .limit(zeros)
          .forEach(r -> values[r * columns + column] = 0);
    }
    return values;
  }
}
